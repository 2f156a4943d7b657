// The credentials in a request, by their places.
import { describe, expect, it } from "vitest";
import { credentialsOf, type Carried } from "../../src/core/credential.ts";

const none: Carried = { subprotocol: null, authorization: null, apiKey: null, cookie: null, query: null };
const shown = (carried: Partial<Carried>) => credentialsOf({ ...none, ...carried });

describe("a request", () => {
  it.each<[Partial<Carried>, ReturnType<typeof shown>]>([
    [{}, []],
    [{ subprotocol: "a.b.c" }, [{ from: "subprotocol", text: "a.b.c" }]],
    [{ authorization: "Bearer a.b.c" }, [{ from: "authorization", text: "a.b.c" }]],
    [{ authorization: "bearer   a.b.c" }, [{ from: "authorization", text: "a.b.c" }]],
    [{ authorization: "Basic YTpi" }, []],
    [{ authorization: "Bearer" }, []],
    [{ authorization: "Bearer " }, []],
    [{ authorization: "Bearer a b" }, []],
    [{ authorization: "Bearera.b.c" }, []],
    [{ authorization: "Digest x, Bearer a.b.c" }, []],
    [{ apiKey: "key" }, [{ from: "api_key", text: "key" }]],
    [{ apiKey: "" }, []],
    [{ cookie: "belfry_token=a.b.c" }, [{ from: "cookie", text: "a.b.c" }]],
    [{ cookie: 'a=1;belfry_token="a.b.c"; b=2' }, [{ from: "cookie", text: "a.b.c" }]],
    [{ cookie: "belfry_token=first; belfry_token=second" }, [{ from: "cookie", text: "first" }]],
    [{ cookie: "xbelfry_token=a; belfry_tokens=b; Belfry_Token=c; belfry_token" }, []],
    [{ cookie: "belfry_token=" }, []],
    [{ cookie: "other=belfry_token=a" }, []],
    [{ query: "a.b.c" }, [{ from: "query", text: "a.b.c" }]],
    [{ query: "" }, []],
  ])("%j has these credentials", (carried, expected) => expect(shown(carried)).toEqual(expected));

  it("has several credentials, those sent deliberately first", () => {
    const all = { subprotocol: "s", authorization: "Bearer a", apiKey: "k", cookie: "belfry_token=c", query: "q" };
    expect(shown(all).map(({ from, text }) => [from, text])).toEqual([
      ["subprotocol", "s"],
      ["authorization", "a"],
      ["api_key", "k"],
      ["cookie", "c"],
      ["query", "q"],
    ]);
  });
});
