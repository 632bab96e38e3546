import type { ReactNode } from "react";
import { Logo } from "@/shell/frame/Logo";

/** The frame of the pages before the login. */
export function Entrance({ title, hint, children }: { title: string; hint: ReactNode; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm">
        <div className="mb-5 flex items-center gap-3">
          <Logo size={36} />
          <span className="text-xl font-bold">Orc</span>
        </div>
        <div className="rounded-lg border border-line bg-surface p-6">
          <h1 className="text-lg font-semibold">{title}</h1>
          <div className="mt-0.5 mb-4 text-sm text-muted">{hint}</div>
          {children}
        </div>
      </div>
    </main>
  );
}
