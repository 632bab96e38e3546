/** A real orc-server with a fresh data folder on a free port, which a journey may kill and start again. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BIN = process.env["ORC_TEST_BIN"] ?? fileURLToPath(new URL("../target/debug", import.meta.url));
const PROGRAM = join(BIN, process.platform === "win32" ? "orc-server.exe" : "orc-server");

/** JSON as the API speaks it. */
export type Json = any;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Asks again until the answer is something. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | null | false>, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

export class OrcServer {
  readonly folder = mkdtempSync(join(tmpdir(), "orc-e2e-"));
  readonly data = join(this.folder, "data");
  url = "";
  private token = "";
  private child: ChildProcess | undefined;

  static async fresh(): Promise<OrcServer> {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run cargo build --workspace, or name its folder in ORC_TEST_BIN`);
    const server = new OrcServer();
    server.url = `http://127.0.0.1:${await freePort()}`;
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const log = openSync(join(this.folder, "server.log"), "a");
    this.child = spawn(PROGRAM, ["serve"], { env: this.environment(), cwd: this.folder, stdio: ["ignore", log, log] });
    closeSync(log);
    const child = this.child;
    await until(`orc-server is ready (${this.log().slice(-500)})`, async () => {
      if (child.exitCode !== null) throw new Error(`orc-server ended at its start: ${this.log()}`);
      return fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
    });
    this.token = readFileSync(join(this.data, "local-token"), "utf8").trim();
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  }

  log(): string {
    const path = join(this.folder, "server.log");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** The one-time token of the set-up, as a person finds it. */
  setupToken(): string {
    return readFileSync(join(this.data, "setup-token"), "utf8").trim();
  }

  /** One request as admin; a refusal is an error. */
  async api(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** A new task whose command is one line of shell. */
  task(name: string, line: string, more: object = {}): Promise<Json> {
    return this.api("POST", "/tasks", { name, run: { kind: "shell", line }, ...more });
  }

  /** Waits until the run is in one of the states. */
  reaches(run: string, ...states: string[]): Promise<Json> {
    return until(`run ${run} becomes ${states.join(" or ")}`, async () => {
      const detail = await this.api("GET", `/runs/${run}`);
      return states.includes(detail.state) && detail;
    }, 40);
  }

  async dispose(): Promise<void> {
    await this.kill();
    for (const pid of this.leftovers()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself meanwhile.
      }
    }
    if (process.env["ORC_TEST_KEEP"] === undefined) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /** Processes that still carry this data folder in their environment or command line (Linux). */
  leftovers(): number[] {
    if (!existsSync("/proc/self/environ")) return [];
    const mine = (pid: string) => {
      try {
        return ["cmdline", "environ"].some((file) => readFileSync(`/proc/${pid}/${file}`, "utf8").includes(this.folder));
      } catch {
        return false;
      }
    };
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && mine(name)).map(Number);
  }

  private environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("ORC_"));
    return { ...Object.fromEntries(inherited), ORC_DATA_DIR: this.data, ORC_LISTEN: this.url.replace("http://", "") };
  }
}
