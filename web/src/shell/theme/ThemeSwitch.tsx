import { Monitor, Moon, Sun } from "lucide-react";
import { buttonClass } from "@/ui/Button";
import { Menu } from "@/ui/layers/Menu";
import { type ThemeChoice, useTheme } from "./theme";

const CHOICES: [ThemeChoice, string][] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];
const ICONS = { system: Monitor, light: Sun, dark: Moon };

/** System, light or dark. */
export function ThemeSwitch() {
  const [choice, setChoice] = useTheme();
  const Icon = ICONS[choice];
  return (
    <Menu
      trigger={
        <button type="button" aria-label="Theme" className={buttonClass("quiet", "min-w-8 px-0!")}>
          <Icon size={17} aria-hidden />
        </button>
      }
      items={CHOICES.map(([key, label]) => ({ label, checked: key === choice, onSelect: () => setChoice(key) }))}
    />
  );
}
