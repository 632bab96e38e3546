import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ListChecks, Plus, Search } from "lucide-react";
import { type ReactNode, useDeferredValue, useId, useState } from "react";
import { taskListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { cx } from "@/lib/cx";
import { paths } from "@/paths";
import { NAV } from "../frame/nav";

interface Entry {
  id: string;
  word: string;
  more?: string;
  icon: ReactNode;
  go: () => void;
}

/** Search over pages, actions and tasks; arrows and Enter. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const list = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const asked = useDeferredValue(text.trim());
  const found = useQuery({
    ...taskListOptions({ query: { text: asked === "" ? undefined : asked, limit: 8 } }),
    placeholderData: (old) => old,
    refetchInterval: false,
  });
  const pages: Entry[] = [
    ...NAV.flat().map(({ to, word, icon: Icon, key }) => ({
      id: to,
      word,
      more: `g ${key}`,
      icon: <Icon size={16} aria-hidden />,
      go: () => void navigate({ to }),
    })),
    { id: "new", word: "New task", icon: <Plus size={16} aria-hidden />, go: () => void navigate(paths.taskNew()) },
  ];
  const wanted = text.trim().toLowerCase();
  const tasks: Entry[] = (found.data?.items ?? []).map((task) => ({
    id: task.id,
    word: task.title || task.name,
    more: task.title ? task.name : task.folder,
    icon: <ListChecks size={16} aria-hidden />,
    go: () => void navigate(paths.task(task.name)),
  }));
  const entries = [...pages.filter(({ word }) => word.toLowerCase().includes(wanted)), ...tasks];
  const active = Math.min(at, Math.max(0, entries.length - 1));
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.go();
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-30 bg-black/45" />
        <Dialog.Popup aria-label="Search or do" className="pop fixed top-[10vh] left-1/2 z-30 w-[min(94vw,36rem)] -translate-x-1/2 overflow-hidden outline-none">
          <div className="flex items-center gap-2.5 border-b border-line px-4">
            <Search size={17} className="text-muted" aria-hidden />
            <input
              // oxlint-disable-next-line jsx-a11y/no-autofocus -- the dialog exists to be typed into
              autoFocus
              role="combobox"
              aria-label="Search tasks, pages and actions"
              aria-expanded
              aria-controls={list}
              aria-activedescendant={entries[active] ? `${list}-${active}` : undefined}
              value={text}
              placeholder="Task, page or action"
              onChange={(event) => {
                setText(event.target.value);
                setAt(0);
              }}
              onKeyDown={(event) => {
                if (event.key === "ArrowDown") setAt(Math.min(active + 1, entries.length - 1));
                else if (event.key === "ArrowUp") setAt(Math.max(active - 1, 0));
                else if (event.key === "Enter") choose(entries[active]);
                else return;
                event.preventDefault();
              }}
              className="h-12 min-w-0 flex-1 bg-transparent outline-none"
            />
          </div>
          <div id={list} role="listbox" aria-label="Results" className="max-h-[50vh] overflow-y-auto p-1.5">
            {entries.map((entry, place) => (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- keys are handled by the field, as the combobox pattern wants
              <div
                key={entry.id}
                id={`${list}-${place}`}
                role="option"
                aria-selected={place === active}
                onClick={() => choose(entry)}
                onMouseMove={() => setAt(place)}
                className={cx("flex min-h-9 cursor-default items-center gap-3 rounded-md px-3 text-sm pointer-coarse:min-h-11", place === active && "bg-accent-soft")}
              >
                <span className="text-muted">{entry.icon}</span>
                <span className="min-w-0 flex-1 truncate">{entry.word}</span>
                <span className="text-xs text-muted">{entry.more}</span>
              </div>
            ))}
            {entries.length === 0 && <p className="px-3 py-6 text-center text-sm text-muted">Nothing matches.</p>}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
