import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Button } from "./Button";
import { TooltipLayer } from "./layers/Tooltip";

it("a button that cannot be used can be reached, says why, and does nothing", async () => {
  const onClick = vi.fn();
  const user = userEvent.setup();
  render(
    <>
      <Button disabledReason="The run has ended." onClick={onClick}>
        Cancel
      </Button>
      <TooltipLayer />
    </>,
  );
  const button = screen.getByRole("button", { name: "Cancel" });
  await user.hover(button);
  expect((await screen.findByRole("tooltip")).textContent).toBe("The run has ended.");
  await user.click(button);
  expect(onClick).not.toHaveBeenCalled();
  expect(button.getAttribute("aria-description")).toBe("The run has ended.");
});
