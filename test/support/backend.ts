// A merchant's backend on this machine, in its own HTTP server: what it was asked, and what it answers. Tests nothing.
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

  /** Answers everything with 200 and the JSON that `says` makes of it. Without a port: a free one. */
  static async start(says: (received: Received) => unknown, port = 0): Promise<Backend> {
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
        response.setHeader("Content-Type", "application/json").end(JSON.stringify(says(received)));
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
