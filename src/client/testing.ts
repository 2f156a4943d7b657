// Exports `belfry/testing`: a fake server for tests of code that uses the client.
export { fakeServer } from "./fake-server.ts";
export type { FakeServer, FakeServerOptions } from "./fake-server.ts";
export type { FakeGroup, FakeOrder } from "./fake-group.ts";
export type { Deliver, FakeConnection } from "./fake-socket.ts";
