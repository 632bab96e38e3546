import { X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { cx } from "@/lib/cx";
import { IconButton } from "../Button";

/** Names that fit what was typed. */
export interface Found {
  names: readonly string[];
  state: "known" | "asking" | "failed";
  /** Whether more names fit than are listed. */
  more: boolean;
}

/** Props of Picker. */
export interface PickerProps {
  label: string;
  hint?: string;
  error?: string | undefined;
  placeholder: string;
  /** What is said where there is no name at all. */
  nothing: string;
  names: readonly string[];
  onNames: (names: string[]) => void;
  /** The typed text. The caller searches for it. */
  text: string;
  onText: (text: string) => void;
  found: Found;
  /** Whether a chosen name is known not to exist. */
  isLost?: (name: string) => boolean;
}

/** Chooses several of many names. Typing narrows the list; the caller does the search. */
export function Picker({ label, hint, error, placeholder, nothing, names, onNames, text, onText, found, isLost }: PickerProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const choices = found.names.filter((name) => !names.includes(name));
  const at = Math.min(active, choices.length - 1);
  const choose = (name: string | undefined) => {
    if (name === undefined) return;
    onNames([...names, name]);
    onText("");
    setActive(0);
  };
  const keys: Record<string, (event: KeyboardEvent) => void> = {
    ArrowDown: () => (open ? setActive(Math.min(at + 1, choices.length - 1)) : setOpen(true)),
    ArrowUp: () => setActive(Math.max(at - 1, 0)),
    Enter: () => (open ? choose(choices[at]) : setOpen(true)),
    Escape: (event) => {
      // One press closes the list, the next one the dialog around it.
      if (open) event.stopPropagation();
      setOpen(false);
    },
    Backspace: () => text === "" && onNames(names.slice(0, -1)),
  };
  const press = (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (!act) return;
    if (event.key !== "Backspace") event.preventDefault();
    act(event);
  };
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <Chosen names={names} isLost={isLost} onNames={onNames} />
      <div className="relative">
        <input
          id={id}
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || hint ? `${id}-hint` : undefined}
          value={text}
          onChange={(event) => {
            onText(event.target.value);
            setOpen(true);
            setActive(0);
          }}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
          className="control select-arrow w-full"
        />
        {open && (
          // A press in the list must not take the focus away, because losing it closes the list.
          <div className="pop absolute inset-x-0 top-full z-20 mt-1 max-h-60 overflow-y-auto p-1" onPointerDown={(event) => event.preventDefault()}>
            <div id={`${id}-list`} role="listbox" aria-label={label}>
              {choices.map((name, place) => (
                <div
                  key={name}
                  id={`${id}-${place}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={place === at}
                  className={cx("flex min-h-8 cursor-pointer items-center rounded px-2 text-sm break-all", place === at && "bg-hover")}
                  onPointerMove={() => setActive(place)}
                  onClick={() => choose(name)}
                  onKeyDown={press}
                >
                  {name}
                </div>
              ))}
            </div>
            <p role="status" className="px-2 text-xs text-muted not-empty:py-1">
              {foundWords(found, choices.length, text, nothing)}
            </p>
          </div>
        )}
      </div>
      {(error || hint) && (
        <p id={`${id}-hint`} className={error ? "text-xs font-medium text-fail" : "text-xs text-muted"} data-field-error={error ? true : undefined}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

function foundWords({ names, state, more }: Found, choices: number, text: string, nothing: string): string {
  if (state === "asking") return "Searching …";
  if (state === "failed") return "The names cannot be loaded.";
  if (more) return "More names match. Type more of the name to see them.";
  if (choices > 0) return "";
  if (names.length > 0) return "All of them are chosen.";
  return text === "" ? nothing : `No name contains “${text}”.`;
}

function Chosen({ names, isLost, onNames }: Pick<PickerProps, "names" | "isLost" | "onNames">) {
  if (names.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-1">
      {names.map((name) => (
        <li key={name} className="inline-flex items-center rounded-md border border-line-strong bg-surface pl-2 text-sm">
          <span className={isLost?.(name) ? "text-fail" : undefined}>{name}</span>
          <IconButton className="min-h-7! border-0" label={`Remove ${name}`} icon={<X size={13} aria-hidden />} onClick={() => onNames(names.filter((each) => each !== name))} />
        </li>
      ))}
    </ul>
  );
}
