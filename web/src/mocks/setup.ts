/** Before each test file: answers from the handlers, nothing from the network. */
import { cleanup, configure } from "@testing-library/react";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll } from "vitest";
import { handlers } from "./handlers";
import { FakeEventSource } from "./streams";

// Events of a test are those that the stand-in sends; a shared worker has no place here.
Object.assign(globalThis, { EventSource: FakeEventSource, SharedWorker: undefined });

// Pages are loaded when they are first shown, which takes its time on a busy machine.
configure({ asyncUtilTimeout: 8000 });

/** The server of the tests; a test adds its own answers with `server.use`. */
export const server = setupServer(...handlers);

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  cleanup();
  server.resetHandlers();
});
afterAll(() => server.close());
