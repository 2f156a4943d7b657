// Serves the stand-in for PayPal's API on a port of this machine, where the development setting's `apiBase` points.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { PaypalStandIn } from "./paypal-stand-in.ts";

/** Ready when it resolves; rejects if the port is taken. */
export async function servePaypal(standIn: PaypalStandIn, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = `http://127.0.0.1:${port}${request.url ?? ""}`;
      void answer(standIn, url, Buffer.concat(chunks)).then(({ status, text }) =>
        response.writeHead(status, { "content-type": "application/json" }).end(text),
      );
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening"); // rejects by the server's own `error`
  return server;
}

async function answer(standIn: PaypalStandIn, url: string, body: Buffer<ArrayBuffer>) {
  const answered = await standIn.fetch(url, { method: "POST", body });
  return { status: answered.status, text: await answered.text() };
}
