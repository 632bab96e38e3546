import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { toApiError } from "@/api/errors";
import { buttonClass } from "@/ui/Button";
import { Empty, Failure } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";

/** A page that could not be shown. */
export function Crash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const failure = toApiError(error);
  const retry = () => {
    reset();
    void router.invalidate();
  };
  const isOurs = error instanceof Error && error.name !== "ApiError" && !(error instanceof TypeError && /fetch/i.test(error.message));
  return (
    <Page title="This page could not be shown" tab="Error">
      <Failure
        title={isOurs ? "The page has an error" : failure.title}
        detail={isOurs ? `${error.message}. Nothing on the server is affected.` : failure.message}
        requestId={failure.requestId}
        onRetry={retry}
      />
    </Page>
  );
}

/** An address where nothing is. */
export function NotFound() {
  return (
    <Page title="Page not found" tab="Not found">
      <Empty
        title="There is no page at this address."
        action={
          <Link to="/" className={buttonClass("primary")}>
            Go to the overview
          </Link>
        }
      />
    </Page>
  );
}
