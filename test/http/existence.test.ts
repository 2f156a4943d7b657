// A consumer's `exists`: groups of other keys are 404 before their object wakes.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { install } from "../../src/installation.ts";
import { alarm } from "../support/consumers.ts";
import { isAsleep, newBiz } from "../support/workerd.ts";

function appOf(projects: readonly string[]) {
  const asked: string[] = [];
  const exists = async (key: string) => {
    asked.push(key);
    return projects.includes(key);
  };
  const app = createApp(install([{ ...alarm, exists }], []), false);
  const settings = { ...env }; // an environment of its own has a cache of its own
  const connect = async (project: string): Promise<number> => {
    const headers = { Upgrade: "websocket", Origin: "http://belfry.localhost" };
    const response = await app.request(`http://belfry.localhost/ws/alarm/${project}/`, { headers }, settings);
    response.webSocket?.accept();
    response.webSocket?.close();
    return response.status;
  };
  return { asked, connect };
}

describe("a group that its consumer does not have", () => {
  it("is 404, wakes no object, and is asked about once in 30 s", async () => {
    const [known, invented] = [newBiz(), newBiz()];
    const { asked, connect } = appOf([known]);
    for (let times = 0; times < 3; times++) {
      expect([await connect(known), await connect(invented)]).toEqual([101, 404]);
    }
    expect(await isAsleep(`alarm_${invented}`)).toBe(true);
    expect(asked).toEqual([known, invented]);
  });
});
