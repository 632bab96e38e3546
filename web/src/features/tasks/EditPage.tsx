import { Page } from "@/ui/Page";

/** The page, empty yet. */
export default function Stub() {
  return <Page title="Edit">{null}</Page>;
}
