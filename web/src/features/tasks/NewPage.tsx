import { Page } from "@/ui/Page";

/** The page, empty yet. */
export default function Stub() {
  return <Page title="New task">{null}</Page>;
}
