// Compares the imports between rooms with the arrows in docs/architecture.md.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const [, chart = ""] = /^flowchart TD\n(.*?)^```/ms.exec(readFileSync("docs/architecture.md", "utf8")) ?? [];

/** The arrows of the chart, as `http → core`. */
const drawn = new Set(
  chart
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [from = "", to = ""] = line.replaceAll(/\["[^"]*"\]/g, "").split("-->");
      return to.split("&").map((room) => `${from.trim()} → ${room.trim()}`);
    }),
);

/** `core` for src/core/order.ts, `index` for src/index.ts. */
const roomOf = (file: string): string => (file.split("/")[1] ?? "").replace(/\.ts$/, "");

const imported = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && file !== "development.ts")
  .map((file) => join("src", file))
  .flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^(?:import|export|\}).* from "(\.[^"]*)";$/gm)]
      .map(([, path = ""]) => `${roomOf(file)} → ${roomOf(join(dirname(file), path))}`)
      .filter((arrow) => new Set(arrow.split(" → ")).size === 2),
  );

it("rooms import only along drawn arrows", () => {
  expect([...new Set(imported)].filter((arrow) => !drawn.has(arrow))).toEqual([]);
});

it("every drawn arrow has an import", () => {
  expect([...drawn].filter((arrow) => !imported.includes(arrow))).toEqual([]);
});
