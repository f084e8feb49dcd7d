module xenfleet.io/sim-client

go 1.25
