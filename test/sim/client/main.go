// The command line of a simulated Xen host: hands its arguments to the simulating process over a Unix socket and prints what comes back.
// It is linked as xl, xenstore-write, … in a folder of each host and finds the socket (xl.sock) beside itself or one folder up; the
// environment variable XENFLEET_SIM_SOCKET goes before. Go, because a Node start-up per call would cost 50 ms.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

type request struct {
	Argv []string `json:"argv"`
	Cwd  string   `json:"cwd"`
}

type reply struct {
	Code   int    `json:"code"`
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
}

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintf(os.Stderr, "the simulated Xen host does not answer: %v\n", err)
		code = 125
	}
	os.Exit(code)
}

func run() (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	connection, err := dial(filepath.Dir(self))
	if err != nil {
		return 0, err
	}
	cwd, _ := os.Getwd()
	name := filepath.Base(self)
	argv := append([]string{name}, os.Args[1:]...)
	if err := json.NewEncoder(connection).Encode(request{argv, cwd}); err != nil {
		return 0, err
	}
	var answer reply
	if err := json.NewDecoder(connection).Decode(&answer); err != nil {
		return 0, err
	}
	os.Stdout.WriteString(answer.Stdout)
	os.Stderr.WriteString(answer.Stderr)
	return answer.Code, nil
}

func dial(folder string) (net.Conn, error) {
	path := os.Getenv("XENFLEET_SIM_SOCKET")
	if path == "" {
		path = filepath.Join(folder, "xl.sock")
		if _, err := os.Lstat(path); err != nil {
			path = filepath.Join(filepath.Dir(folder), "xl.sock")
		}
	}
	// A socket's path may have 107 bytes: where the folder's is longer, the socket lies elsewhere and xl.sock is a link to it.
	if target, err := os.Readlink(path); err == nil {
		path = target
	}
	return net.Dial("unix", path)
}
