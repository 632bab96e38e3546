import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Calendar } from "@/api/generated";
import { calendarViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { Loaded } from "@/shared/core/Loaded";
import { Page } from "@/ui/layout/Page";
import { Skeleton } from "@/ui/layout/Skeleton";
import { CalendarForm } from "./CalendarForm";

const route = getRouteApi("/app/calendars/$calendar/edit");

/** The definition of a calendar, to be changed. */
export default function EditPage() {
  const { calendar: name } = route.useParams();
  const view = useQuery({ ...calendarViewOptions({ path: { calendar: name } }), staleTime: 0, refetchInterval: false });
  return (
    <Page title={`Edit ${name}`} hint="What a change does to the coming slots is shown before it is saved.">
      {/* Editing begins with what is on the server now, not with what this page remembers. */}
      {view.isFetchedAfterMount || view.error ? <Loaded query={view}>{(calendar) => <Editor calendar={calendar} />}</Loaded> : <Skeleton rows={8} />}
    </Page>
  );
}

/** Holds the version that editing began with. */
function Editor({ calendar }: { calendar: Calendar }) {
  const [held] = useState(calendar);
  return <CalendarForm held={held} />;
}
