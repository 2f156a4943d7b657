// Runs every message example of /asyncapi.json over a real WebSocket, in both directions.
import { describe, expect, inject, it } from "vitest";
import { hmac, token } from "../tokens/signing.ts";
import { backend, Client, newBiz } from "../support/client.ts";
import {
  at,
  documentAt,
  isObject,
  normalized,
  replaceTexts,
  text,
  type Json,
  type JsonObject,
} from "../support/document.ts";
import { DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";

const server = inject("url");
const secret = settingIn(DEVELOPMENT_FILE, "TOKEN_SECRET");
const document = await documentAt(`${server}/asyncapi.json`);
const messages = at(document.json, "components", "messages");

/** A channel of the document with a new group. */
interface Place {
  readonly id: string;
  readonly biz: string;
  readonly group: string;
  readonly connect: (position?: string, user?: string) => Promise<Client>;
}

function placeOf(id: string): Place {
  const biz = newBiz();
  const channel = at(document.json, "channels", id);
  const path = text(channel, "address").replace(/\{\w+\}/, biz);
  const headers = at(channel, "bindings", "ws", "headers", "properties", "Sec-WebSocket-Protocol");
  const [consumer = ""] = id.split(/(?=[A-Z])/);
  return {
    id,
    biz,
    group: `${consumer}_${biz}`,
    connect: async (position = "", user = "ann") => {
      // A feed requires a token.
      const bearer = consumer === "feed" ? [`belfry.bearer.${await tokenOf(user)}`] : [];
      return Client.connect(server, `${path}${position}`, {}, [text(headers, "const"), ...bearer]);
    },
  };
}

/** A token of `user` for all groups, valid for an hour. */
const tokenOf = (user: string): Promise<string> => {
  const info = { name: user.charAt(0).toUpperCase() + user.slice(1) };
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return token({ alg: "HS256", typ: "JWT" }, { sub: user, groups: ["*"], publish: true, info, exp }, hmac(secret));
};

/** The names of the messages that a channel sends or receives. */
const messagesOf = (channel: string, from: "send" | "receive"): string[] =>
  Object.values(at(document.json, "operations")).flatMap((operation) => {
    if (at(operation, "channel")["$ref"] !== `#/channels/${channel}`) return [];
    const own = at(operation)["action"] === from ? at(operation)["messages"] : [];
    const replies = from === "send" ? at(operation, "reply")["messages"] : [];
    return [own, replies].flat().flatMap((message) => text(message, "$ref").split("/").at(-1) || []);
  });

const schemaOf = (message: string): string[] =>
  text(at(messages, message, "payload"), "$ref")
    .slice(2)
    .split("/");

/** The messages of `names` whose schemas accept a value. */
const matching = (value: unknown, names: readonly string[]): string[] =>
  names.filter((name) => document.schemaError(schemaOf(name), value) === null);

const examplesOf = (message: string): { name: string; payload: Json }[] => {
  const examples = at(messages, message)["examples"];
  return (Array.isArray(examples) ? examples.filter(isObject) : []).map((example) => ({
    name: text(example, "name"),
    payload: example["payload"] ?? null,
  }));
};

const asText = (message: string, payload: Json): string =>
  at(messages, message)["contentType"] === "text/plain" ? text({ payload }, "payload") : JSON.stringify(payload);

const channels = Object.keys(at(document.json, "channels"));

describe("a message of a client is answered as documented", () => {
  const cases = channels.flatMap((channel) =>
    messagesOf(channel, "receive").flatMap((message) =>
      examplesOf(message).map(({ name, payload }) => [channel, message, name, payload] as const),
    ),
  );

  it.each(cases)("%s: %s.%s", async (channel, message, _name, payload) => {
    const operation = Object.values(at(document.json, "operations")).find(
      (each) =>
        at(each, "channel")["$ref"] === `#/channels/${channel}` &&
        JSON.stringify(at(each)["messages"]).includes(`/messages/${message}"`),
    );
    const replies = JSON.stringify(at(operation, "reply")["messages"]).match(/\w+(?="})/g) ?? [];
    expect(replies).not.toHaveLength(0);
    const page = await placeOf(channel).connect();
    page.send(asText(message, payload));
    for (;;) {
      const frame: unknown = await page.nextJson();
      // Every frame matches a message that the server may send on this channel.
      expect([frame, matching(frame, messagesOf(channel, "send"))]).not.toEqual([frame, []]);
      const isReply = channel.endsWith("Plain") ? !isPush(frame) : isReplyTo(frame, payload);
      if (!isReply) continue;
      expect([frame, matching(frame, replies)]).not.toEqual([frame, []]);
      return;
    }
  });
});

const isPush = (frame: unknown): boolean => at(frame)["type"] === "result";

const isReplyTo = (frame: unknown, sent: Json): boolean => {
  const { type, id } = at(frame);
  return type === "heartbeat" || (type === "reply" && id === at(sent)["id"]);
};

/** Waits for the next frame accepted by `isExpected`. Skips others, for example pushes. */
async function following(page: Client, isExpected: (frame: JsonObject) => boolean): Promise<unknown> {
  for (;;) {
    const frame: unknown = await page.nextJson();
    if (isExpected(at(frame))) return frame;
  }
}

const ofType =
  (...types: string[]) =>
  (frame: JsonObject): boolean =>
    types.includes(text(frame, "type"));

const sendEvent = (place: Place, message: unknown) =>
  backend(server, "POST", `/groups/${place.group}/send`, { type: "send.message", message });
const callback = (place: Place, body: object) => backend(server, "POST", `/callback/${place.biz}/`, body);

/** Sends a text. Returns the next frame that is no push, welcome or publication. */
const sending = (text: string) => async (place: Place) => {
  const page = await place.connect();
  page.send(text);
  return following(page, (frame) => !ofType("result", "welcome", "publication")(frame));
};

const asking = (request: object) => async (place: Place) => {
  const page = await place.connect();
  page.send(JSON.stringify(request));
  return following(page, ofType("reply"));
};

const positionOf = (welcome: unknown): string => `?epoch=${text(welcome, "epoch")}&offset=`;

/** Per example of the server: the channel, and the steps that cause the frame. */
/** The users of a frame of presence. */
const subsOf = (frame: unknown): Json[] => {
  const { members, sub = null } = at(frame);
  return Array.isArray(members) ? members.map((member) => at(member)["sub"] ?? null) : [sub];
};

const causes: Readonly<Record<string, readonly [channel: string, cause: (place: Place) => Promise<unknown>]>> = {
  "heartbeatAnswer.beat": ["orderPlain", sending('{"type":"heartbeat"}')],
  "orderOutcome.paid": [
    "orderPlain",
    async (place) => {
      const page = await place.connect();
      await callback(place, { status: "paid" });
      return page.nextJson();
    },
  ],
  "orderOutcome.failed": [
    "orderPlain",
    async (place) => {
      await callback(place, { paid: false });
      return (await place.connect()).nextJson();
    },
  ],
  "relayedText.hello": ["orderPlain", sending("hello")],
  "result.time": ["alarmProjectPlain", async (place) => (await place.connect()).nextJson()],
  "event.progress": [
    "feedPlain",
    async (place) => {
      const page = await place.connect();
      await sendEvent(place, { progress: 0.5 });
      return page.nextJson();
    },
  ],
  "serverTime.time": ["channelPlain", sending("ping")],
  "echo.message": ["channelPlain", sending('{"message":{"n":1}}')],
  "badInput.not_json": ["channelPlain", sending("hello")],
  "v1HeartbeatAnswer.beat": ["orderV1", sending('{"type":"heartbeat"}')],
  "welcome.fresh": ["orderV1", async (place) => (await place.connect()).nextJson()],
  "welcome.recovered": [
    "orderV1",
    async (place) => {
      const page = await place.connect();
      const position = positionOf(await page.nextJson());
      await callback(place, {});
      return (await place.connect(`${position}1`)).nextJson();
    },
  ],
  "publication.kept": [
    "orderV1",
    async (place) => {
      await callback(place, {});
      return following(await place.connect(), ofType("publication"));
    },
  ],
  "publication.not_kept": [
    "orderV1",
    async (place) => {
      const page = await place.connect();
      await sendEvent(place, { progress: 0.5 });
      return following(page, ofType("publication"));
    },
  ],
  "publications.missed": [
    "feedV1",
    async (place) => {
      const page = await place.connect();
      const position = positionOf(await page.nextJson());
      for (const headline of ["one", "two"]) await sendEvent(place, { headline });
      return following(await place.connect(`${position}0`), ofType("publications"));
    },
  ],
  "error.no_request": ["orderV1", sending("hello")],
  "join.came": [
    "feedV1",
    async (place) => {
      const page = await place.connect();
      await place.connect("", "bob");
      return following(page, ofType("join"));
    },
  ],
  "leave.left": [
    "feedV1",
    async (place) => {
      const page = await place.connect();
      await (await place.connect("", "bob")).leave();
      return following(page, ofType("leave"));
    },
  ],
  "joins.crowd": [
    "feedV1",
    // Which handshakes arrive together is up to the network: repeated until bob and cem do, behind dora.
    async () => {
      for (;;) {
        const place = placeOf("feedV1");
        const page = await place.connect();
        await Promise.all(["dora", "bob", "cem"].map((who) => place.connect("", who)));
        for (let joined = 0; joined < 3;) {
          const frame: unknown = await following(page, ({ type }) => type === "join" || type === "joins");
          if (subsOf(frame).map(String).join() === "bob,cem" && at(frame)["connections"] === 4) return frame;
          joined += subsOf(frame).length;
        }
      }
    },
  ],
  "leaves.crowd": [
    "feedV1",
    // Repeated until both leave within the time that leaves share a frame; eight groups at once.
    async () => {
      const attempt = async () => {
        const place = placeOf("feedV1");
        const page = await place.connect();
        const others = [await place.connect("", "bob"), await place.connect("", "cem")];
        await Promise.all(others.map((other) => other.leave()));
        return following(page, ({ type }) => type === "leave" || type === "leaves");
      };
      for (;;) {
        const frames = await Promise.all(Array.from({ length: 8 }, attempt));
        const shared = frames.find((frame) => subsOf(frame).map(String).join() === "bob,cem");
        if (shared !== undefined) return shared;
      }
    },
  ],
  "refusal.no_presence": ["orderV1", asking({ type: "presence", id: "who" })],
  "pingReply.time": ["channelV1", asking({ type: "ping", id: 1 })],
  "presenceReply.alone": ["feedV1", asking({ type: "presence", id: "who" })],
  "historyReply.one": [
    "feedV1",
    async (place) => {
      await sendEvent(place, { headline: "one" });
      return asking({ type: "history", id: 2 })(place);
    },
  ],
  "publishReply.published": ["feedV1", asking({ type: "publish", id: 4, data: { headline: "one" } })],
  "refreshReply.taken": [
    "feedV1",
    async (place) => asking({ type: "refresh", id: 5, token: await tokenOf("ann") })(place),
  ],
};

describe("every frame of the server matches the document", () => {
  const cases = [...new Set(channels.flatMap((channel) => messagesOf(channel, "send")))].flatMap((message) =>
    examplesOf(message).map(({ name, payload }) => [`${message}.${name}`, message, payload] as const),
  );

  it.each(cases)("%s", { timeout: 120_000 }, async (name, message, payload) => {
    const [channel, cause] = causes[name] ?? expect.fail(`no steps for ${name}`);
    expect(messagesOf(channel, "send")).toContain(message);
    const place = placeOf(channel);
    const frame = await cause(place);
    const documented = replaceTexts(payload, (text) => text.replaceAll("0123456789abcdefghijklmnopqrstuv", place.biz));
    expect(normalized(frame)).toEqual(normalized(documented));
    expect(document.schemaError(schemaOf(message), frame)).toBeNull();
  });

  it("these tests have no example beyond the document", () => {
    const names = new Set<string>(cases.map(([name]) => name));
    expect(Object.keys(causes).filter((name) => !names.has(name))).toEqual([]);
  });

  it("the document has an example of every message", () => {
    expect(Object.keys(messages).filter((message) => examplesOf(message).length === 0)).toEqual([]);
  });
});
