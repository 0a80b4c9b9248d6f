import { createClient } from "redis-4";

import { session } from "./node-redis.js";

export async function open(options) {
  return session(createClient, options, (client) => client.quit());
}
