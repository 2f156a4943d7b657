// Starts the app of docs/examples.md, sends one request to it and prints the response.
import { once } from "node:events";

const { app } = await import(new URL("app.js", import.meta.url).href); // both are copied beside this file
const { settled } = await import(new URL("orders.js", import.meta.url).href);

const [what, input] = process.argv.slice(2);
const { headers = {}, body, ...rest } = JSON.parse(input);
const routes = {
  order: ["POST", "/orders"],
  paid: ["POST", "/paid"],
  article: ["POST", "/articles"],
  token: ["GET", "/belfry/token"],
  webhook: ["POST", "/belfry/webhook"],
};
const [method, path] = routes[what];

app.set("env", "test"); // Express then sends errors in the response without logging them
const listener = app.listen(0);
await once(listener, "listening");
const response = await fetch(`http://localhost:${listener.address().port}${path}`, {
  method,
  redirect: "manual",
  headers: { ...headers, "x-input": JSON.stringify(rest) },
  ...(body === undefined ? {} : { body }),
});
console.log(JSON.stringify({ status: response.status, body: await response.text(), settled }));
listener.close();
