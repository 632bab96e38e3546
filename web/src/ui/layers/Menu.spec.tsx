import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Menu } from "./Menu";

function setUp() {
  const onEdit = vi.fn();
  const onDelete = vi.fn();
  render(
    <Menu
      trigger={
        <button type="button" aria-label="More">
          ...
        </button>
      }
      items={[{ label: "Edit", onSelect: onEdit }, null, { label: "Delete", onSelect: onDelete, disabledReason: "Your role is viewer." }]}
    />,
  );
  return { user: userEvent.setup(), onEdit, onDelete, button: screen.getByRole("button", { name: "More" }) };
}

describe("a menu", () => {
  it("opens on its first entry, moves by arrows and letters, and chooses with Enter", async () => {
    const { user, onEdit, button } = setUp();
    await user.click(button);
    const edit = screen.getByRole("menuitem", { name: "Edit" });
    expect(document.activeElement).toBe(edit);
    await user.keyboard("d");
    expect(document.activeElement?.textContent).toContain("Delete");
    await user.keyboard("{ArrowDown}{Enter}");
    expect(onEdit).toHaveBeenCalledOnce();
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(button);
  });

  it("says why an entry cannot be chosen, and does not choose it", async () => {
    const { user, onDelete, button } = setUp();
    await user.click(button);
    await user.click(screen.getByRole("menuitem", { name: /Your role is viewer/ }));
    expect(onDelete).not.toHaveBeenCalled();
  });

  it("closes with Escape and gives the focus back, and closes by a press elsewhere", async () => {
    const { user, button } = setUp();
    await user.click(button);
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(button);
    await user.click(button);
    await user.click(document.body);
    expect(screen.queryByRole("menu")).toBeNull();
  });
});
