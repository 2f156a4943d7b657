import type { Socket } from "./platform.ts";
/**
 * How what is sent gets to the other end: `act` brings it there. Left out, it is there at once. `on` is the connection, or the server's
 * HTTP: what is sent on one keeps its order, what is sent on two need not.
 */
export type Deliver = (act: () => void, on: object) => void;
/** What the server does with a connection. */
export interface Desk {
  readonly deliver: Deliver;
  dialled(): void;
  /** What whoever dials is closed with; null to let it in. */
  refusal(): Closing | null;
  opened(connection: FakeConnection): void;
  heard(connection: FakeConnection, text: string): void;
  closed(connection: FakeConnection): void;
  /** Whether nothing gets through, and nobody is told so. */
  isHanging(): boolean;
}
export interface Closing {
  readonly code: number;
  readonly reason: string;
}
/** A connection as the server sees it. */
export interface FakeConnection {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The token it brought; null for none. */
  readonly token: string | null;
  /** The texts that came on it, heartbeats aside. */
  readonly received: readonly string[];
  readonly isOpen: boolean;
  /** Sends a frame as it is. */
  send(text: string): void;
  close(code: number, reason?: string): void;
}
/** The `WebSocket` of one fake server. */
export declare function socketsOf(desk: Desk): new (url: string, protocols: string[]) => Socket;
