// Puts a brotli file beside each text file of a built page (web/dist, or the named folder) and prints what a first visit costs.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const dist = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const sizes = new Map();
for (const entry of readdirSync(dist, { withFileTypes: true, recursive: true })) {
  if (!entry.isFile() || !/\.(html|js|css|svg|json|txt|webmanifest)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = readFileSync(path);
  const small = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  writeFileSync(`${path}.br`, small);
  sizes.set(relative(dist, path).replaceAll("\\", "/"), [statSync(path).size, small.length]);
}

const html = readFileSync(join(dist, "index.html"), "utf8");
const first = ["index.html", ...[...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((match) => match[1])];
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`.padStart(10);
for (const [name, [raw, small]] of [...sizes].toSorted((a, b) => b[1][1] - a[1][1])) {
  console.log(`${kb(raw)}${kb(small)} br  ${name}`);
}
const total = first.reduce((sum, name) => sum + (sizes.get(name)?.[1] ?? 0), 0);
console.log(`first load: ${kb(total).trim()} brotli (${first.length} files), everything: ${kb([...sizes.values()].reduce((sum, [, small]) => sum + small, 0)).trim()}`);
if (total > 150 * 1024) {
  console.error("the first load is above its budget of 150 KB");
  process.exit(1);
}
