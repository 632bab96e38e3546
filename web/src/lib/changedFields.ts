/** Names of the top fields in which two definitions differ. */
export function changedFields<T extends object>(before: T, after: T): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof T & string)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
