// What versions 4 and 6 of the package redis have in common.

// session connects a client.
export async function session(createClient, { host, port, name }, close) {
  const client = createClient(name ? { socket: { host, port }, name } : { socket: { host, port } });
  const gone = new Promise((_, reject) => client.on("error", reject)); // else it would try for ever
  gone.catch(() => {});
  await Promise.race([client.connect(), gone]);
  return {
    name: () => client.clientGetName(),
    set: (key, value) => client.set(key, value),
    setIf: async (present, key, value) => (await client.set(key, value, present ? { XX: true } : { NX: true })) === "OK",
    get: (key) => client.get(key),
    del: (keys) => client.del(keys),
    exists: (keys) => client.exists(keys),
    mset: (pairs) => client.mSet(pairs),
    mget: (keys) => client.mGet(keys),
    unknown: () => client.sendCommand(["NOSUCH", "argument"]),
    async pipeline(keys) {
      // Calls of one turn of the event loop are one pipeline.
      const sets = keys.map((key) => client.set(key, key));
      const gets = keys.map((key) => client.get(key));
      await Promise.all(sets);
      return Promise.all(gets);
    },
    transaction: (key) => client.multi().set(key, "v").get(key).del(key).exists(key).exec(),
    async *scan(match, count) {
      for await (const found of client.scanIterator({ MATCH: match, COUNT: count })) {
        if (Array.isArray(found)) yield* found; // since version 5
        else yield found;
      }
    },
    close: () => close(client),
  };
}
