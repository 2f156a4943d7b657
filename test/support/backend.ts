// A merchant's backend: an HTTP server on this machine that records requests and sends a reply.
import { createServer, type Server } from "node:http";
import { onTestFinished } from "vitest";
import { portOf } from "./port.ts";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export class Backend {
  readonly received: Received[] = [];
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Replies to every request with 200 and the JSON of `reply`. Listens on a free port by default. */
  static async start(reply: (received: Received) => unknown, port = 0): Promise<Backend> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const received = {
          method: request.method ?? "",
          path: request.url ?? "",
          headers,
          body: Buffer.concat(chunks).toString(),
        };
        backend.received.push(received);
        response.setHeader("Content-Type", "application/json").end(JSON.stringify(reply(received)));
      });
    }).listen(port);
    const backend = new Backend(server, await portOf(server));
    onTestFinished(() => backend.stop());
    return backend;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
