import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { Ellipsis, Search } from "lucide-react";
import { lazy, Suspense, useCallback, useState } from "react";
import { systemViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { cx } from "@/lib/cx";
import { setFootPlace } from "@/ui/layout/Foot";
import { Kbd } from "@/ui/text/Kbd";
import { Menu } from "@/ui/layers/Menu";
import { SCROLLER } from "@/ui/layout/scroller";
import { ClockBanner, HoldBanner, Warnings } from "./Banners";
import { LivePill } from "./LivePill";
import { Logo } from "./Logo";
import { isAt, NAV } from "./nav";
import { ThemeSwitch } from "../theme/ThemeSwitch";
import { useShortcuts } from "../keys/shortcuts";
import { useFeed } from "./useFeed";
import { UserMenu } from "./UserMenu";

const Palette = lazy(() => import("../keys/Palette"));
const Shortcuts = lazy(() => import("../keys/Shortcuts"));

/** Rail, header, banners, and the page in the middle. */
export function Layout() {
  useFeed();
  const [open, setOpen] = useState<"palette" | "shortcuts" | null>(null);
  const close = useCallback(() => setOpen(null), []);
  useShortcuts({ onPalette: () => setOpen("palette"), onHelp: () => setOpen("shortcuts") });
  const system = useQuery({ ...systemViewOptions(), refetchInterval: 60_000 });
  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_auto_minmax(0,1fr)_auto_auto] md:grid-cols-[13rem_minmax(0,1fr)]">
      <a href={`#${SCROLLER}`} className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2">
        Skip to the page
      </a>
      <Rail />
      <header className="flex h-12 min-w-0 items-center gap-2 border-b border-line bg-surface px-4 md:col-start-2 lg:px-6">
        <Link to="/" className="md:hidden" aria-label="Orc, overview">
          <Logo />
        </Link>
        <button
          type="button"
          onClick={() => setOpen("palette")}
          className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md border border-line bg-bg px-2.5 text-left text-sm text-muted hover:border-line-strong md:max-w-96"
        >
          <Search size={15} aria-hidden className="shrink-0" />
          <span className="min-w-0 flex-1 truncate">Search or run a command</span>
          <span className="hidden items-center gap-0.5 sm:pointer-fine:flex">
            <Kbd>Ctrl</Kbd>
            <Kbd>K</Kbd>
          </span>
        </button>
        <div className="ml-auto flex items-center gap-1">
          <LivePill />
          <ThemeSwitch />
          <UserMenu />
        </div>
      </header>
      <div className="md:col-start-2">
        <HoldBanner hold={system.data?.hold ?? null} />
        <ClockBanner clock={system.data?.clock} />
        <Warnings warnings={system.data?.warnings ?? []} />
      </div>
      <main id={SCROLLER} tabIndex={-1} className="relative min-h-0 overflow-y-auto outline-none md:col-start-2">
        <Outlet />
      </main>
      <div ref={setFootPlace} role="region" aria-label="Actions of the page" className="empty:hidden md:col-start-2" />
      <BottomBar />
      <Suspense>
        {open === "palette" && <Palette onClose={close} />}
        {open === "shortcuts" && <Shortcuts onClose={close} />}
      </Suspense>
    </div>
  );
}

function Rail() {
  return (
    <nav aria-label="Main" className="row-span-5 hidden flex-col border-r border-line bg-surface md:flex">
      <Link to="/" className="flex h-12 items-center gap-2.5 px-4 text-base font-bold">
        <Logo />
        Orc
      </Link>
      <div className="relative flex flex-1 flex-col gap-3 overflow-y-auto px-2 py-2">
        {NAV.map((group) => (
          <ul key={group[0]?.to} className="flex flex-col gap-0.5 border-line not-first:border-t not-first:pt-3">
            {group.map(({ to, word, icon: Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  activeOptions={{ exact: to === "/", includeSearch: false }}
                  className="flex min-h-9 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-accent-soft aria-[current=page]:text-text"
                >
                  <Icon size={17} aria-hidden />
                  {word}
                </Link>
              </li>
            ))}
          </ul>
        ))}
      </div>
      <a href="/swagger-ui" target="_blank" rel="noreferrer" className="mx-2 mb-2 rounded-md px-2.5 py-2 text-xs text-muted hover:bg-hover hover:text-text">
        API reference
      </a>
    </nav>
  );
}

const BAR = "flex min-h-14 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-xs";

const barLook = (here: boolean) => cx(BAR, here ? "font-semibold text-accent" : "text-muted");

/** The bar of a phone: the first places, and the others behind one button. */
function BottomBar() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  const more = NAV.flat().filter((item) => !item.first);
  return (
    <nav aria-label="Main" className="flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
      {NAV.flat().filter((item) => item.first).map(({ to, word, icon: Icon }) => (
        <Link key={to} to={to} aria-current={isAt(path, to) ? "page" : undefined} className={barLook(isAt(path, to))}>
          <Icon size={19} aria-hidden />
          {word}
        </Link>
      ))}
      <Menu
        trigger={
          <button type="button" className={barLook(more.some(({ to }) => isAt(path, to)))}>
            <Ellipsis size={19} aria-hidden />
            More
          </button>
        }
        items={more.map(({ to, word, icon: Icon }) => ({ label: word, icon: <Icon size={16} aria-hidden />, onSelect: () => void navigate({ to }) }))}
      />
    </nav>
  );
}
