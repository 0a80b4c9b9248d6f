// Drives a Redis server with one client library: see README.md.
import { steps } from "./steps.js";

const [family, address, name, prefix, ...wanted] = process.argv.slice(2);
const unknown = wanted.filter((step) => !(step in steps));
if (!["ioredis", "node-redis-4", "node-redis-6"].includes(family) || wanted.length === 0 || unknown.length > 0) {
  console.error(`usage: drive.js FAMILY HOST:PORT NAME PREFIX STEP..., with steps of ${Object.keys(steps)}`);
  process.exit(2);
}
const { open } = await import(`./families/${family}.js`);
const colon = address.lastIndexOf(":");
const again = () => open({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), name });

let status = 0;
const say = (step, error) => {
  if (error) status = 1;
  console.log(error ? `failed ${step}: ${String(error.message).replaceAll("\n", " ").slice(0, 500)}` : `ok ${step}`);
};

// Nothing takes longer than this, on a busy machine, too.
const limit = new Promise((_, reject) => setTimeout(() => reject(new Error("it has taken three minutes")), 180_000));
limit.catch(() => {});
const within = (promise) => Promise.race([promise, limit]);

let session;
try {
  session = await within(again());
} catch (error) {
  for (const step of wanted) say(step, error);
}
for (const step of session ? wanted : []) {
  try {
    await within(steps[step](session, { name, prefix, again }));
    say(step);
  } catch (error) {
    say(step, error);
  }
}
if (session) await within(session.close()).catch((error) => say("close", error));
process.exit(status); // whatever is under way
