/** All routes: lazy pages, search parameters checked where they enter. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, type RouterHistory } from "@tanstack/react-router";
import { toApiError } from "@/api/errors";
import { setupView } from "@/api/generated";
import { sessionQuery } from "@/shared/access/session";
import type { CalendarSearch, DeliveriesSearch, IncidentsSearch, ReportsSearch, RunsSearch, SimulateSearch, TasksSearch } from "./paths";
import { Crash, NotFound } from "@/shell/Crash";
import { Layout } from "@/shell/frame/Layout";
import { Skeleton } from "@/ui/layout/Skeleton";

const text = (value: unknown): string | undefined => {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** A date that there is; years as far as anyone plans. */
const isoDay = (value: unknown): string | undefined => {
  if (typeof value !== "string" || !/^[12]\d{3}-\d{2}-\d{2}$/.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value) ? value : undefined;
};

const year = (value: unknown): number | undefined => (typeof value === "number" && Number.isInteger(value) && value >= 1000 && value < 3000 ? value : undefined);

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet, notFoundComponent: NotFound });

/** Everything behind the login. */
const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: Layout,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(sessionQuery);
    } catch (failure) {
      if (toApiError(failure).status !== 401) throw failure;
      const { data } = await setupView();
      if (data?.required) throw redirect({ to: "/setup", search: {} });
      throw redirect({ to: "/login", search: location.href === "/" ? {} : { next: location.href } });
    }
  },
});

const overview = createRoute({
  getParentRoute: () => app,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/overview/OverviewPage")),
});

const tasks = createRoute({
  getParentRoute: () => app,
  path: "/tasks",
  validateSearch: (search: Record<string, unknown>): TasksSearch => ({
    text: text(search["text"]),
    folder: text(search["folder"]),
    tag: text(search["tag"]),
    enabled: typeof search["enabled"] === "boolean" ? search["enabled"] : undefined,
    last_state: text(search["last_state"]),
  }),
  component: lazyRouteComponent(() => import("@/features/tasks/list/ListPage")),
});

const taskNew = createRoute({
  getParentRoute: () => app,
  path: "/tasks/new",
  validateSearch: (search: Record<string, unknown>): { clone?: string } => ({ clone: text(search["clone"]) }),
  component: lazyRouteComponent(() => import("@/features/tasks/form/NewPage")),
});

const taskImport = createRoute({
  getParentRoute: () => app,
  path: "/tasks/import",
  component: lazyRouteComponent(() => import("@/features/tasks/import/ImportPage")),
});

const task = createRoute({
  getParentRoute: () => app,
  path: "/tasks/$task",
  validateSearch: (search: Record<string, unknown>): { tab?: string } => ({ tab: text(search["tab"]) }),
  component: lazyRouteComponent(() => import("@/features/tasks/view/ViewPage")),
});

const taskEdit = createRoute({
  getParentRoute: () => app,
  path: "/tasks/$task/edit",
  component: lazyRouteComponent(() => import("@/features/tasks/form/EditPage")),
});

const runs = createRoute({
  getParentRoute: () => app,
  path: "/runs",
  validateSearch: (search: Record<string, unknown>): RunsSearch => ({
    task: text(search["task"]),
    state: text(search["state"]),
    trigger: text(search["trigger"]),
    from: text(search["from"]),
    suspicious: search["suspicious"] === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/runs/ListPage")),
});

const run = createRoute({
  getParentRoute: () => app,
  path: "/runs/$run",
  validateSearch: (search: Record<string, unknown>): { attempt?: number } => ({
    attempt: typeof search["attempt"] === "number" ? search["attempt"] : undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/runs/ViewPage")),
});

const calendar = createRoute({
  getParentRoute: () => app,
  path: "/calendar",
  validateSearch: (search: Record<string, unknown>): CalendarSearch => ({
    view: search["view"] === "month" || search["view"] === "week" || search["view"] === "agenda" ? search["view"] : undefined,
    date: isoDay(search["date"]),
    day: isoDay(search["day"]),
  }),
  component: lazyRouteComponent(() => import("@/features/forecast/calendar/CalendarPage")),
});

const timeline = createRoute({
  getParentRoute: () => app,
  path: "/timeline",
  component: lazyRouteComponent(() => import("@/features/forecast/timeline/TimelinePage")),
});

const simulate = createRoute({
  getParentRoute: () => app,
  path: "/simulate",
  validateSearch: (search: Record<string, unknown>): SimulateSearch => ({
    days: typeof search["days"] === "number" ? search["days"] : undefined,
    timezone: text(search["timezone"]),
    folder: text(search["folder"]),
  }),
  component: lazyRouteComponent(() => import("@/features/forecast/simulation/SimulatePage")),
});

const calendars = createRoute({
  getParentRoute: () => app,
  path: "/calendars",
  component: lazyRouteComponent(() => import("@/features/calendars/ListPage")),
});

const calendarNew = createRoute({
  getParentRoute: () => app,
  path: "/calendars/new",
  component: lazyRouteComponent(() => import("@/features/calendars/form/NewPage")),
});

const calendarOne = createRoute({
  getParentRoute: () => app,
  path: "/calendars/$calendar",
  validateSearch: (search: Record<string, unknown>): { year?: number } => ({ year: year(search["year"]) }),
  component: lazyRouteComponent(() => import("@/features/calendars/ViewPage")),
});

const calendarEdit = createRoute({
  getParentRoute: () => app,
  path: "/calendars/$calendar/edit",
  component: lazyRouteComponent(() => import("@/features/calendars/form/EditPage")),
});

const pools = createRoute({
  getParentRoute: () => app,
  path: "/pools",
  component: lazyRouteComponent(() => import("@/features/pools/PoolsPage")),
});

const credentials = createRoute({
  getParentRoute: () => app,
  path: "/credentials",
  component: lazyRouteComponent(() => import("@/features/credentials/CredentialsPage")),
});

const networks = createRoute({
  getParentRoute: () => app,
  path: "/networks",
  component: lazyRouteComponent(() => import("@/features/networks/NetworksPage")),
});

const channels = createRoute({
  getParentRoute: () => app,
  path: "/channels",
  component: lazyRouteComponent(() => import("@/features/notify/ChannelsPage")),
});

const deliveries = createRoute({
  getParentRoute: () => app,
  path: "/channels/deliveries",
  validateSearch: (search: Record<string, unknown>): DeliveriesSearch => ({ channel: text(search["channel"]), state: text(search["state"]) }),
  component: lazyRouteComponent(() => import("@/features/notify/DeliveriesPage")),
});

const incidents = createRoute({
  getParentRoute: () => app,
  path: "/incidents",
  validateSearch: (search: Record<string, unknown>): IncidentsSearch => ({ task: text(search["task"]), state: text(search["state"]) }),
  component: lazyRouteComponent(() => import("@/features/notify/IncidentsPage")),
});

const rules = createRoute({
  getParentRoute: () => app,
  path: "/incidents/rules",
  component: lazyRouteComponent(() => import("@/features/notify/RulesPage")),
});

const reports = createRoute({
  getParentRoute: () => app,
  path: "/reports",
  validateSearch: (search: Record<string, unknown>): ReportsSearch => ({ report: text(search["report"]) }),
  component: lazyRouteComponent(() => import("@/features/reports/ReportsPage")),
});

const silences = createRoute({
  getParentRoute: () => app,
  path: "/incidents/silences",
  component: lazyRouteComponent(() => import("@/features/notify/SilencesPage")),
});

const system = createRoute({
  getParentRoute: () => app,
  path: "/system",
  component: lazyRouteComponent(() => import("@/features/system/SystemPage")),
});

const users = createRoute({
  getParentRoute: () => app,
  path: "/users",
  validateSearch: (search: Record<string, unknown>): { tab?: string } => ({ tab: text(search["tab"]) }),
  component: lazyRouteComponent(() => import("@/features/access/UsersPage")),
});

const account = createRoute({
  getParentRoute: () => app,
  path: "/account",
  component: lazyRouteComponent(() => import("@/features/access/AccountPage")),
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: text(search["next"]) }),
  component: lazyRouteComponent(() => import("@/features/access/LoginPage")),
});

const act = createRoute({
  getParentRoute: () => root,
  path: "/act/$link",
  component: lazyRouteComponent(() => import("@/features/access/ActPage")),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: (search: Record<string, unknown>): { token?: string } => ({ token: text(search["token"]) }),
  component: lazyRouteComponent(() => import("@/features/access/SetupPage")),
});

const welcome = createRoute({
  getParentRoute: () => app,
  path: "/welcome",
  component: lazyRouteComponent(() => import("@/features/notify/first/WelcomePage")),
});

const tree = root.addChildren([
  login,
  setup,
  act,
  app.addChildren([overview, welcome, tasks, taskNew, taskImport, task, taskEdit, runs, run, calendar, timeline, simulate, calendars, calendarNew, calendarOne, calendarEdit, pools, credentials, networks, channels, deliveries, incidents, rules, silences, reports, system, users, account]),
]);

/** Makes the router. */
export function makeRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    history,
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 200,
    defaultPendingComponent: () => <Skeleton rows={6} className="p-6" />,
    defaultErrorComponent: Crash,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
    scrollToTopSelectors: ["#main"],
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
