// What Kubernetes itself makes of quantities: one line each, the text, a tab, and its whole units or "refused".
// `go run ./quantities [seed]` in this folder's parent makes test/common/quantities.txt anew.
package main

import (
	"bufio"
	"fmt"
	"math/big"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

const (
	randomLines = 400
	maxLength   = 64
)

var (
	limit = big.NewInt(1<<63 - 1)
	ten   = big.NewInt(10)
	one   = big.NewInt(1)
)

// Exponents that are far below zero are left out: ParseQuantity takes seconds to minutes for them.
var edges = []string{
	"", "0", "-0", "+0", "00", "-", "+", ".", "-.", "+.", "1", "+7", "-7", "1.", ".5", "-.5", "0.5", "00.50",
	"16Gi", "0.5Gi", ".5Gi", "500M", "500Mi", "1k", "1K", "1Ki", "1ki", "1m", "100m", "1500m", "-1500m", "1u", "1n", "1500000001n",
	"0.1n", "0.0000000001", "1.0000000001", "0.0000000000000000001e31", "8e0009", "8e+0009", "8E+9", "8e-0003", "8E4294967305", "8e-4294967293",
	"8e4294967295", "8e4294967287", "8e2147483647", "8e9223372036854775807", "8e9223372036854775808", "8e99999999999999999999",
	"0e2147483647", "-8e2147483647", "1e", "1E", "1e+", "1E-", "1e3", "1E3", "1.5e3", "12e-1", "1ee3", "1Ee3", "1e3e", "1e3Gi", "1e 3", "1e3.0",
	"1e18", "1e19", "1e30", "1e31", "1e100", "1e999", "1E999", "1e-9", "1e-10", "1e-30", "1e-99", "0e-99",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999", "999999999999999999", "1000000000000000000",
	"1E", "9E", "10E", "1Ei", "7Ei", "8Ei", "9Ei", "-9Ei", "0.1Ei", "8191.99Pi", "1Pi", "1Ti", "1Gi", "1Mi", "1P", "1T", "1G",
	"Ki", "Mi", "Gi", "Ti", "Pi", "Ei", ".Gi", "-Gi", ".Pi", "k", "M", "E", "m", "n", "e3", "E3", "e-3", "e-9", "e-10", "-e3", ".e3",
	"1GiB", "1gi", "1GI", "1Gi ", " 1Gi", "1 Gi", "1,5Gi", "1.2.3", "1..2", "--1", "+-1", "1-", "1+", "1+3", "1Gi3", "1Gi+", "1i", "1mi", "1kk", "1MM",
	"0x10", "NaN", "Inf", "infinity", "1_000", "1'000", "1e1_0", "１", "lots",
	"0.000000000000000000000001Ki", "0.0009765625Ki", "0.00097656250000000000001Ki", "1.00000000000000000001Gi",
	"123456789012345678", "1234567890123456789", "12345678901234567890123456789012345678901234567890", "0.12345678901234567890123456789012345678901234567890",
	strings.Repeat("0", 40) + "1Gi", "1." + strings.Repeat("0", 40) + "Gi", "1e" + strings.Repeat("0", 40) + "9", "1e+" + strings.Repeat("0", 40),
	strings.Repeat("9", maxLength),
}

func digits(r *rand.Rand, most int) string {
	text := make([]byte, r.Intn(most+1))
	for i := range text {
		text[i] = "0000123456789"[r.Intn(13)]
	}
	return string(text)
}

func pick(r *rand.Rand, choices ...string) string { return choices[r.Intn(len(choices))] }

func random(r *rand.Rand) string {
	number := pick(r, "", "", "", "", "+", "-") + digits(r, 22)
	if r.Intn(2) == 0 {
		number += "." + digits(r, 22)
	}
	switch r.Intn(5) {
	case 0:
		return number
	case 1:
		return number + pick(r, "n", "u", "m", "k", "M", "G", "T", "P", "E")
	case 2:
		return number + pick(r, "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
	case 3:
		return number + pick(r, "e", "E") + pick(r, "", "+", "-") + strings.Repeat("0", r.Intn(4)) + strconv.Itoa(r.Intn(40))
	}
	anything := make([]byte, 1+r.Intn(6))
	for i := range anything {
		anything[i] = "0123456789.+-eEinumkKMGTP"[r.Intn(25)]
	}
	return number + string(anything)
}

// The whole units, rounded away from zero; not further from zero than an int64 that is negated can be.
func wholeUnits(quantity resource.Quantity) string {
	amount := quantity.AsDec()
	sign, scale := amount.Sign(), int64(amount.Scale())
	units := new(big.Int).Abs(amount.UnscaledBig())
	switch {
	case sign == 0:
	case scale < -100:
		units.Set(limit)
	case scale <= 0:
		units.Mul(units, new(big.Int).Exp(ten, big.NewInt(-scale), nil))
	default:
		over := new(big.Int).Exp(ten, big.NewInt(scale), nil)
		units.Div(units.Add(units, new(big.Int).Sub(over, one)), over)
	}
	if units.Cmp(limit) > 0 {
		units.Set(limit)
	}
	if sign < 0 {
		units.Neg(units)
	}
	return units.String()
}

func main() {
	seed := int64(1)
	if len(os.Args) > 1 {
		parsed, err := strconv.ParseInt(os.Args[1], 10, 64)
		if err != nil {
			fmt.Fprintf(os.Stderr, "seed %q is no number: give one, e.g. 1\n", os.Args[1])
			os.Exit(2)
		}
		seed = parsed
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	say := func(text string) {
		quantity, err := resource.ParseQuantity(text)
		if err != nil {
			fmt.Fprintf(out, "%s\trefused\n", text)
			return
		}
		fmt.Fprintf(out, "%s\t%s\n", text, wholeUnits(quantity))
	}
	for _, text := range edges {
		say(text)
	}
	r := rand.New(rand.NewSource(seed))
	for range randomLines {
		say(random(r))
	}
}
