// docs/payments.md matches the code: the tables of events and replies, and the forwarded body.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Reply } from "../../src/callbacks/adapter.ts";
import { providers } from "../../src/callbacks/providers.ts";
import type { RecordedFact } from "../../src/core/fact.ts";
import { forwardOf } from "../../src/core/forward.ts";
import { orderOf } from "../../src/core/order.ts";
import { NOW } from "./delivery.ts";

const text = readFileSync(new URL("../../docs/payments.md", import.meta.url), "utf8");

const section = (title: string): string => new RegExp(`\n## ${title}\n([\\s\\S]*?)(?=\n## |$)`).exec(text)?.[1] ?? "";

const firstTable = (text: string): string => /(?:^\|.*\n?)+/m.exec(text)?.[0] ?? "";

/** The rows of the first table of a section, without its head. */
const table = (title: string): string[][] =>
  [...firstTable(section(title)).matchAll(/^\| (.+) \|$/gm)]
    .map(([, row = ""]) => row.split(" | ").map((cell) => cell.trim()))
    .slice(2);

describe("docs/payments.md", () => {
  it.each([...providers.keys()])("prints the event rules of %s", (name) => {
    expect(table(name)).toEqual(providers.get(name)?.mapping);
  });

  it("prints every provider's replies", () => {
    const said = ({ status, body }: Reply): string => (body === "" ? String(status) : `${status} \`${body}\``);
    const rows = [...providers.values()].map(({ name, reply }) => {
      const [success, refusal, later] = [reply("stored"), reply("refused"), reply("try_again")].map(said);
      return [name, success, refusal, later];
    });
    expect(table("What the provider hears")).toEqual(rows);
  });

  it("prints the forwarded body", () => {
    const printed = JSON.parse(/^```json\n(.*?)^```/ms.exec(section("Handing on"))?.[1] ?? "") as {
      timestamp: string;
      data: { biz: string; raw: string };
    };
    const money = { unit: "major", amount: "19.99", currency: "USD" } as const;
    const proof = { instance: "stripe", arrivedAt: NOW, eventId: "evt_1", at: NOW };
    const fact: RecordedFact = { ...proof, kind: "payment", status: "paid", paymentId: "pi_1", money };
    const registration = { money, expiresAt: null, orderId: "ORD-1001" };
    const order = orderOf({ facts: [fact], registration, everPaid: false }, { requireRegistered: true });
    expect(forwardOf(printed.data.biz, "ORD-1001", order, fact, printed.data.raw, printed.timestamp)).toEqual(printed);
  });
});
