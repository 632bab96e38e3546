// What is generated, where from, where to.
export default {
  input: "../../../openapi/openapi.json",
  output: { path: process.env.ORC_CLIENT_OUT ?? "../../src/api/generated", clean: true },
  // `offset` is a place in a log, not a page of a list.
  parser: { pagination: { keywords: ["cursor"] } },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk", "@tanstack/react-query"],
};
