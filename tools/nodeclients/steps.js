// What each client has to do: the same as in e2e/clients/steps_test.go.
import assert from "node:assert/strict";

// absent is the value under a key that there is not.
const absent = null;

async function connect(session, { name }) {
  assert.equal((await session.name()) ?? "", name);
}

async function basic(session, { prefix }) {
  const k = (name) => prefix + name;
  const values = { plain: "v", empty: "", lines: "a\r\n$3\r\nb", zeros: "\x00\x00v\x00", text: "grüße, 世界" };
  for (const [name, value] of Object.entries(values)) {
    await session.set(k(name), value);
    assert.equal(await session.get(k(name)), value);
  }
  assert.equal(await session.get(k("nothing")), absent);
  assert.equal(await session.setIf(false, k("plain"), "w"), false);
  assert.equal(await session.setIf(true, k("plain"), "w"), true);
  assert.equal(await session.setIf(true, k("new"), "w"), false);
  assert.equal(await session.setIf(false, k("new"), "w"), true);
  await session.mset([[k("a"), "1"], [k("b"), "2"]]);
  assert.deepEqual(await session.mget([k("a"), k("nothing"), k("b"), k("plain")]), ["1", absent, "2", "w"]);
  assert.equal(await session.exists([k("a"), k("nothing"), k("b"), k("a")]), 3);
  assert.equal(await session.del([k("a"), k("nothing"), k("b")]), 2);
  assert.equal(await session.get(k("a")), absent);
  await assert.rejects(session.unknown(), /unknown command/i);
  assert.equal(await session.get(k("plain")), "w");
}

async function pipeline(session, { prefix }) {
  const keys = Array.from({ length: 1000 }, (_, i) => `${prefix}p${i}`);
  assert.deepEqual(await session.pipeline(keys), keys);
}

async function transaction(session, { prefix }) {
  assert.deepEqual(await session.transaction(prefix + "t"), ["OK", "v", 1, 0]);
}

const scanned = 50_000;

async function scan(session, { again }) {
  const other = await again();
  try {
    await Promise.all([scanAll(session, 10), scanAll(other, 100)]);
  } finally {
    await other.close();
  }
}

async function scanAll(session, count) {
  const seen = new Set();
  for await (const key of session.scan("scan:*", count)) seen.add(key);
  assert.equal(seen.size, scanned, `SCAN at COUNT ${count}: ${seen.size} keys of ${scanned}`);
  for (let i = 0; i < scanned; i++) {
    assert(seen.has("scan:" + String(i).padStart(5, "0")), `SCAN at COUNT ${count}: key ${i} is missing`);
  }
}

async function large(session, { prefix }) {
  const value = "0123456789abcde\n".repeat(1 << 20);
  await session.set(prefix + "large", value);
  assert((await session.get(prefix + "large")) === value, "GET: not the 16 MiB that were set");
  await session.del([prefix + "large"]);
}

export const steps = { connect, basic, pipeline, transaction, scan, large };
