import Redis from "ioredis";

export async function open({ host, port, name }) {
  const client = new Redis(name ? { host, port, connectionName: name, lazyConnect: true } : { host, port, lazyConnect: true });
  client.on("error", () => {}); // the calls tell
  await client.connect();
  return {
    name: () => client.client("GETNAME"),
    set: (key, value) => client.set(key, value),
    setIf: async (present, key, value) => (await client.set(key, value, present ? "XX" : "NX")) === "OK",
    get: (key) => client.get(key),
    del: (keys) => client.del(...keys),
    exists: (keys) => client.exists(...keys),
    mset: (pairs) => client.mset(Object.fromEntries(pairs)),
    mget: (keys) => client.mget(...keys),
    unknown: () => client.call("NOSUCH", "argument"),
    async pipeline(keys) {
      const pipe = client.pipeline();
      for (const key of keys) pipe.set(key, key);
      for (const key of keys) pipe.get(key);
      return replies(await pipe.exec()).slice(keys.length);
    },
    async transaction(key) {
      return replies(await client.multi().set(key, "v").get(key).del(key).exists(key).exec());
    },
    async *scan(match, count) {
      for await (const keys of client.scanStream({ match, count })) yield* keys;
    },
    close: () => client.quit(),
  };
}

// replies returns what the commands have returned, or throws the first error.
function replies(results) {
  return results.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}
