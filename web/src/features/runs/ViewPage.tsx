import { Page } from "@/ui/Page";

/** The page, empty yet. */
export default function Stub() {
  return <Page title="Run">{null}</Page>;
}
