// The machine that the bench runs on: its cores, its limits, what a process of it has taken. Starts nothing.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

const TICKS_PER_SECOND = 100; // what Linux shows to programs, whatever the kernel's own

const hasTaskset = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** What a server is started by: a core of its own, where there is one. */
export const onServerCore: readonly string[] = hasTaskset ? ["taskset", "-c", "0"] : [];

/** Puts this process, the clients, on another core than the servers. False where that is not possible. */
export function moveToClientCore(): boolean {
  return hasTaskset && spawnSync("taskset", ["-a", "-cp", "1", String(process.pid)]).status === 0;
}

/** Files, and so sockets, that a process may have open. */
export function openFilesMax(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return Number(soft ?? 1024);
}

export function residentKib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib);
}

/** Processor time that a process has taken so far, in ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // behind its name, which may hold anything
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

export const machine = (versions: { readonly node: string; readonly workerd: string }) => ({
  processor: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGib: Math.round(totalmem() / 2 ** 30),
  system: `${process.platform} ${release()}`,
  ...versions,
  pinned: hasTaskset,
  load: Number((loadavg()[0] ?? 0).toFixed(2)),
  date: new Date().toISOString().slice(0, 10),
});
