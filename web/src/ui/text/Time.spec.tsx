import { render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DateTime } from "./Time";

describe("a relative time", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is right at once, also if nothing on the page showed a time for long", () => {
    const shown = render(<DateTime at={new Date(Date.now()).toISOString()} plain />);
    shown.unmount();
    vi.setSystemTime(Date.now() + 26_000);
    render(<DateTime at={new Date(Date.now() - 5000).toISOString()} plain />);
    expect(screen.getByText(/5 sec/).textContent).toMatch(/ago/);
  });
});
