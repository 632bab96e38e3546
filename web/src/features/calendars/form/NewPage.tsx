import { Page } from "@/ui/layout/Page";
import { CalendarForm } from "./CalendarForm";

/** A new calendar. */
export default function NewPage() {
  return (
    <Page title="New calendar" hint="Holidays, business days, closing days, maintenance: any set of dates.">
      <CalendarForm held={null} />
    </Page>
  );
}
