// Sends raw bytes on a socket, for requests and frames that clients do not send.
import { connect, type Socket } from "node:net";
import { onTestFinished, vi } from "vitest";
import type { Client } from "./client.ts";

/** Sends an HTTP request as written (`\n` stands for CRLF). Returns the status of the response. */
export function rawStatus(server: string, request: string): Promise<number> {
  const { hostname, port } = new URL(server);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.setEncoding("latin1").on("error", reject);
    socket.on("data", (chunk) => {
      answer += String(chunk);
      const [, status] = /^HTTP\/1\.[01] (\d{3}) /.exec(answer) ?? [];
      if (status === undefined) return;
      socket.destroy();
      resolve(Number(status));
    });
    socket.on("close", () => reject(new Error(`closed without an answer: ${answer}`)));
    socket.write(request.replaceAll("\n", "\r\n"), "latin1");
  });
}

/** Opens a WebSocket that ignores pings and closes. Resolves after the handshake. */
export async function rawSocket(server: string, path: string): Promise<RawSocket> {
  const { hostname, port, host } = new URL(server);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const arrived: Buffer[] = [];
  socket.on("data", (chunk) => arrived.push(chunk));
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  const headers = `Origin: ${server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n\r\n`);
  const received = () => Buffer.concat(arrived).toString("latin1");
  const closed = () => {
    const [, high = "", low = ""] = /\u0088[\u0002-\u007d](.)(.)/s.exec(received()) ?? []; // texts in these tests are without a byte 0x88
    return high === "" ? null : high.charCodeAt(0) * 256 + low.charCodeAt(0);
  };
  const raw: RawSocket = { socket, received, closed };
  await vi.waitUntil(() => raw.received().includes("\r\n\r\n"), { timeout: 30_000 });
  if (!raw.received().startsWith("HTTP/1.1 101 ")) throw new Error(`no WebSocket: ${raw.received()}`);
  return raw;
}

export interface RawSocket {
  readonly socket: Socket;
  /** All bytes received, as latin1. */
  readonly received: () => string;
  /** The code of the server's close frame; null before it. */
  readonly closed: () => number | null;
}

/** A WebSocket frame of a client (RFC 6455, 5.2), masked with zeros. `firstByte`: FIN, RSV and opcode. */
export function rawFrame(firstByte: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const lengthBytes = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff]; // 16 bits are enough here
  return Buffer.concat([Buffer.from([firstByte, ...lengthBytes]), Buffer.alloc(4), payload]);
}

/** Writes bytes to a client's TCP connection, bypassing its WebSocket. */
export function writeRaw(client: Client, bytes: Uint8Array): void {
  // `_socket` is private to `ws`, whose public methods send valid frames only.
  (client.socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(bytes);
}

/**
 * The code of the server's close frame. `ws` reports it after TCP has ended. The server leaves that
 * to the client (against RFC 6455, 7.1.1), so the client ends TCP as soon as the frame has arrived.
 */
export async function closeCode(client: Client): Promise<number> {
  const { socket } = client;
  const ending = setInterval(() => {
    if (socket.readyState === socket.CLOSING) socket.terminate();
  }, 10);
  const { code } = await client.closed;
  clearInterval(ending);
  return code;
}
