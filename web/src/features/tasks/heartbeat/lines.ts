/** What is pasted into a job so that it calls its heartbeat. */
export interface HeartbeatLine {
  title: string;
  text: string;
}

/** Lines for the usual places. Each tells the begin, runs the job, and tells how it ended. */
export function heartbeatLines(address: string): HeartbeatLine[] {
  const curl = "curl -fsS -m 10 --retry 5 -o /dev/null";
  return [
    { title: "In a crontab or a shell script", text: `${curl} ${address}/start; /path/to/job; ${curl} ${address}/$?` },
    {
      title: "In PowerShell",
      text: `Invoke-RestMethod -Method Post ${address}/start | Out-Null; & C:\\path\\to\\job.exe; Invoke-RestMethod -Method Post "${address}/$(if ($LASTEXITCODE -eq 0) { 0 } else { 'fail' })" | Out-Null`,
    },
    { title: "Only that it is alive", text: `${curl} ${address}` },
  ];
}
