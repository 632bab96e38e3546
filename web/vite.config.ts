import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The address of a running server for `npm run dev`; with ORC_MOCK=1 the page answers itself (src/mocks).
const server = process.env.ORC_URL ?? "http://127.0.0.1:5000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: { MOCKED: JSON.stringify(process.env.ORC_MOCK === "1") },
  build: {
    target: "es2023",
    // Inlined files would be data: addresses, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  // The host stays that of the page: the server refuses writes whose origin is another one.
  server: { proxy: { "/api": { target: server, changeOrigin: false }, "/swagger-ui": { target: server, changeOrigin: false } } },
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "http://127.0.0.1:5000/" } },
    setupFiles: ["src/mocks/setup.ts"],
    restoreMocks: true,
    // A line that a component logs while its file ends would otherwise still be on its way to the reporter when the
    // worker closes, and vitest fails a run in which every test passed (vitest issue 11153).
    disableConsoleIntercept: true,
    testTimeout: 30_000,
  },
});
