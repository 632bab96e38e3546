import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { Picker } from "./Picker";

const ALL = ["backup", "export", "import"];

function Example({ more = false }: { more?: boolean }) {
  const [names, setNames] = useState<string[]>([]);
  const [text, setText] = useState("");
  const found = ALL.filter((name) => name.includes(text));
  return <Picker label="Tasks" placeholder="Search" nothing="None." names={names} onNames={setNames} text={text} onText={setText} found={{ names: found, state: "known", more }} />;
}

describe("a picker", () => {
  it("chooses by keyboard, and takes the last one back", async () => {
    const user = userEvent.setup();
    render(<Example />);
    const box = screen.getByRole("combobox", { name: "Tasks" });
    await user.type(box, "port{ArrowDown}{Enter}");
    screen.getByRole("button", { name: "Remove import" });
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual(["backup", "export"]);
    await user.keyboard("{Backspace}");
    expect(screen.queryByRole("button", { name: "Remove import" })).toBeNull();
  });

  it("chooses by a click and says what it cannot show", async () => {
    const user = userEvent.setup();
    render(<Example more />);
    await user.click(screen.getByRole("combobox", { name: "Tasks" }));
    screen.getByText("More names match. Type more of the name to see them.");
    await user.click(screen.getByRole("option", { name: "backup" }));
    screen.getByRole("button", { name: "Remove backup" });
  });

  it("says that no name fits", async () => {
    const user = userEvent.setup();
    render(<Example />);
    await user.type(screen.getByRole("combobox", { name: "Tasks" }), "zz");
    screen.getByText("No name contains “zz”.");
  });
});
