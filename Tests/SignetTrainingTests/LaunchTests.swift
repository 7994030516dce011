import Testing
import ThrownErrors

@testable import SignetTraining

@Suite struct LaunchTests {
  @Test func aProcessOnItsOwnIsNoLaunch() throws {
    #expect(try Launch([:]) == nil)
    #expect(try Launch(["WORLD_SIZE": "1", "RANK": "0"]) == nil)
    // A batch script's own process has a rank, but takes no step.
    #expect(try Launch(["SLURM_PROCID": "0", "SLURM_NTASKS": "8"]) == nil)
  }

  @Test func torchrunSaysItInFull() throws {
    let launch = try #require(
      try Launch([
        "RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4",
        "MASTER_ADDR": "node1", "MASTER_PORT": "1234", "TORCHELASTIC_USE_AGENT_STORE": "True",
        "TORCHELASTIC_RUN_ID": "a", "TORCHELASTIC_RESTART_COUNT": "2",
      ]))
    #expect((launch.rank, launch.count) == (5, 8))
    #expect((launch.localRank, launch.localCount) == (1, 4))
    #expect((launch.host, launch.port) == ("node1", 1234))
    #expect(launch.launcherListens)
    // A restarted run must not read what the one before it left in the store.
    #expect(launch.run == "a.2")
  }

  @Test func plainVariablesOfOneMachineNeedTwo() throws {
    let launch = try #require(try Launch(["RANK": "1", "WORLD_SIZE": "2"]))
    #expect((launch.localRank, launch.localCount) == (1, 2))
    #expect((launch.host, launch.port) == ("127.0.0.1", 29_500))
    #expect(!launch.launcherListens)
  }

  @Test func slurmsFirstMachineKeepsTheStore() throws {
    let environment = [
      "SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "4", "SLURM_LOCALID": "1",
      "SLURM_STEP_NODELIST": "gpu[07-08]", "SLURM_JOB_ID": "77", "SLURM_STEP_ID": "0",
    ]
    var launch = try #require(try Launch(environment.merging(["MASTER_ADDR": "x"]) { $1 }))
    #expect((launch.host, launch.rank, launch.localRank) == ("x", 3, 1))
    launch = try #require(try Launch(environment))
    #expect(launch.host == "gpu07")
    // Two jobs on one machine do not meet.
    var other = environment
    other["SLURM_JOB_ID"] = "78"
    #expect(try #require(try Launch(other)).port != launch.port)
    #expect((20_000..<30_000).contains(launch.port))
  }

  @Test func openMPISaysWhoIsOnTheMachine() throws {
    let environment = [
      "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_RANK": "1",
      "OMPI_COMM_WORLD_LOCAL_SIZE": "4", "PMIX_NAMESPACE": "12",
    ]
    let launch = try #require(try Launch(environment))
    #expect((launch.host, launch.localCount) == ("127.0.0.1", 4))
    // On several machines nobody says where the first is.
    #expect(
      thrown(TrainingError.self) {
        try Launch(environment.merging(["OMPI_COMM_WORLD_LOCAL_SIZE": "2"]) { $1 })
      }
        == "environment variable MASTER_ADDR: expected the name or address of rank 0's machine, "
        + "it is not set")
  }

  @Test(arguments: [
    (["WORLD_SIZE": "2"], "environment variable RANK: expected 0 to 1, it is not set"),
    (["WORLD_SIZE": "2", "RANK": "2"], "environment variable RANK: expected 0 to 1, found '2'"),
    (
      ["WORLD_SIZE": "many", "RANK": "0"],
      "environment variable WORLD_SIZE: expected 1 to 65536, found 'many'"
    ),
    (
      ["WORLD_SIZE": "2", "RANK": "0", "MASTER_PORT": "99999"],
      "environment variable MASTER_PORT: expected 1 to 65535, found '99999'"
    ),
  ])
  func wrongVariablesAreNamed(environment: [String: String], text: String) {
    #expect(thrown(TrainingError.self) { try Launch(environment) } == text)
  }

  @Test(arguments: [
    ("a", "a"), ("a,b", "a"), ("n[3-5]", "n3"), ("n[03,07-09],m", "n03"), ("x,n[1-2]", "x"),
  ])
  func theFirstMachineOfAList(list: String, first: String) {
    #expect(Launch.firstMachine(list) == first)
  }
}
