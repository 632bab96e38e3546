import { useState } from "react";
import { Dialog } from "@/ui/layers/Dialog";
import { CheckField } from "@/ui/fields/Field";
import { Kbd } from "@/ui/text/Kbd";
import { setShortcutsOn, shortcutsOn } from "./shortcuts";

const KEYS: [string[], string][] = [
  [["Ctrl", "K"], "Search or run a command"],
  [["g", "o"], "Overview"],
  [["g", "t"], "Tasks"],
  [["g", "r"], "Runs"],
  [["g", "s"], "System"],
  [["g", "u"], "Users and tokens"],
  [["/"], "Go to the filter of a list or the search of a log"],
  [["j", "k"], "Next, previous row"],
  [["Enter"], "Open the row"],
  [["x"], "Select the row"],
  [["Ctrl", "S"], "Save the form"],
  [["f"], "Follow the log"],
  [["w"], "Wrap the log's lines"],
  [["n", "N"], "Next, previous match in the log"],
  [["Esc"], "Close"],
];

/** The keyboard shortcuts and the switch that turns them off. */
export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useState(shortcutsOn);
  return (
    <Dialog open onClose={onClose} title="Keyboard">
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1.5 text-sm">
        {KEYS.map(([keys, text]) => (
          <div key={text} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <CheckField
        className="mt-4 border-t border-line pt-3"
        label="Use single-key shortcuts"
        hint="Switch this off if you dictate text or often press keys by accident."
        checked={on}
        onChecked={(next) => {
          setOn(next);
          setShortcutsOn(next);
        }}
      />
    </Dialog>
  );
}
