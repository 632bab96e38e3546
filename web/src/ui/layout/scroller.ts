/** Id of the scrolling element of the page, which tables share: one scroll position, also on phones. */
export const SCROLLER = "main";
