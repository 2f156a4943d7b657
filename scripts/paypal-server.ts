// Serves the stand-in for PayPal's API on localhost, where `apiBase` of the development setting
// points.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { PaypalStandIn } from "./paypal-stand-in.ts";

/** Resolves once the server listens; rejects if the port is in use. */
export async function servePaypal(standIn: PaypalStandIn, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = `http://127.0.0.1:${port}${request.url ?? ""}`;
      void respond(standIn, url, Buffer.concat(chunks)).then(({ status, text }) =>
        response.writeHead(status, { "content-type": "application/json" }).end(text),
      );
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening"); // rejects on the server's `error` event
  return server;
}

async function respond(standIn: PaypalStandIn, url: string, body: Buffer<ArrayBuffer>) {
  const response = await standIn.fetch(url, { method: "POST", body });
  return { status: response.status, text: await response.text() };
}
