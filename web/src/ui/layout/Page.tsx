import { type ReactNode, useEffect } from "react";

/** The frame of each page: title, its one sentence and its actions always in the same place. */
export function Page({ title, tab, hint, actions, badge, children }: {
  title: ReactNode;
  /** Text of the browser's tab, if the title is more than text. */
  tab?: string;
  hint?: ReactNode;
  badge?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const name = tab ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = name === "" ? "Orc" : `${name} · Orc`;
  }, [name]);
  return (
    <div className="mx-auto flex w-full max-w-[1600px] min-w-0 flex-col gap-3 px-4 pt-3 pb-8 lg:px-6">
      <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-xl font-semibold break-words">{title}</h1>
            {badge}
          </div>
          {hint && <p className="text-sm text-muted">{hint}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
