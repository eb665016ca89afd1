// Bundles entry.js, and writes beside the bundle its licences and its hash: `npm ci && npm run build`.
// Another folder can be named, which is how the test of the bundle builds it again.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] || join(here, "..", "static", "vendor");
const read = (...path) => readFileSync(join(here, "node_modules", ...path), "utf8").trim();
const version = (name) => JSON.parse(read(name, "package.json")).version;

const bundle = await build({
  entryPoints: [join(here, "entry.js")],
  absWorkingDir: here,
  bundle: true,
  write: false,
  minify: true,
  format: "iife",
  globalName: "echarts",
  target: "es2020",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  banner: { js: `/* Apache ECharts ${version("echarts")}, in part; Apache-2.0: see echarts.LICENSE.txt */` },
});
const script = bundle.outputFiles[0].contents;
const licences = [
  ["echarts", "NOTICE"],
  ["echarts", "LICENSE"],
  ["zrender", "LICENSE"],
  ["tslib", "LICENSE.txt"],
];

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "echarts.js"), script);
writeFileSync(join(folder, "echarts.js.sha256"), `${createHash("sha256").update(script).digest("hex")}  echarts.js\n`);
writeFileSync(
  join(folder, "echarts.LICENSE.txt"),
  licences
    .map(([name, file]) => `${name} ${version(name)}, ${file}\n${"=".repeat(40)}\n\n${read(name, file)}\n`)
    .join("\n\n"),
);
