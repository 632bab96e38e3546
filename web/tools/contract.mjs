// Makes src/api/generated from ../openapi/openapi.json; with --check it only says whether that is up to date.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { contractFacts } from "./contractFacts.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "openapi-client");
const target = join(here, "..", "src", "api", "generated");
const check = process.argv.includes("--check");

/** All files below a folder with their text. */
function texts(root) {
  const found = new Map();
  if (!existsSync(root)) return found;
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(relative(root, path), readFileSync(path, "utf8"));
  }
  return found;
}

const out = check ? mkdtempSync(join(tmpdir(), "orc-client-")) : target;
execFileSync(process.execPath, [join(folder, "node_modules", "@hey-api", "openapi-ts", "bin", "run.js")], {
  cwd: folder,
  env: { ...process.env, ORC_CLIENT_OUT: out },
  stdio: check ? "ignore" : "inherit",
});
const contract = JSON.parse(readFileSync(join(here, "..", "..", "openapi", "openapi.json"), "utf8"));
writeFileSync(join(out, "contract.gen.ts"), contractFacts(contract));
if (check) {
  const fresh = texts(out);
  const held = texts(target);
  const stale = [...new Set([...fresh.keys(), ...held.keys()])].filter((name) => fresh.get(name) !== held.get(name));
  rmSync(out, { recursive: true, force: true });
  if (stale.length > 0) {
    console.error(`web/src/api/generated is not what openapi.json makes of it: ${stale.join(", ")}; run: npm run contract`);
    process.exit(1);
  }
  console.log("web/src/api/generated is up to date");
}
