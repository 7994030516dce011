/// What starts the processes of a run, and the environment variables by which it tells each its place.
struct Launcher: Sendable {
  let name: String
  let rank: String
  let count: String
  let localRank: String
  /// Of the processes on one machine.
  let localCount: String?
  /// Tell this run from others on the same machines.
  let run: [String]
  /// The machines' names, the first process's first.
  let machines: String?

  /// Looked through in order: the first whose ``count`` is set started this process.
  static let known = [
    Launcher(
      name: "torchrun", rank: "RANK", count: "WORLD_SIZE", localRank: "LOCAL_RANK",
      localCount: "LOCAL_WORLD_SIZE", run: ["TORCHELASTIC_RUN_ID", "TORCHELASTIC_RESTART_COUNT"],
      machines: nil),
    Launcher(
      name: "Slurm", rank: "SLURM_PROCID", count: "SLURM_STEP_NUM_TASKS",
      localRank: "SLURM_LOCALID", localCount: nil, run: ["SLURM_JOB_ID", "SLURM_STEP_ID"],
      machines: "SLURM_STEP_NODELIST"),
    Launcher(
      name: "Open MPI", rank: "OMPI_COMM_WORLD_RANK", count: "OMPI_COMM_WORLD_SIZE",
      localRank: "OMPI_COMM_WORLD_LOCAL_RANK", localCount: "OMPI_COMM_WORLD_LOCAL_SIZE",
      run: ["PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid"], machines: nil),
    Launcher(
      name: "MPICH", rank: "PMI_RANK", count: "PMI_SIZE", localRank: "MPI_LOCALRANKID",
      localCount: "MPI_LOCALNRANKS", run: ["PMI_JOBID"], machines: nil),
  ]

  /// Where the processes find one another, whatever started them.
  static let (host, port) = ("MASTER_ADDR", "MASTER_PORT")
}
