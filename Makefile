# make help lists the targets.
PACKAGES = ./... ./examples/... ./internal/dbtest/...
STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help test race lint tidy fuzz bench cover examples ci test-failover

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

test: ## run all tests; database suites skip unless CONSENT_TEST_POSTGRES and CONSENT_TEST_MYSQL are set
	go test work

race: ## run all tests under the race detector
	go test -race -short $(PACKAGES)

lint: ## gofmt, vet, staticcheck, and the list of allowed dependencies
	@test -z "$$(git ls-files '*.go' | xargs gofmt -l)" || { git ls-files '*.go' | xargs gofmt -l; exit 1; }
	go vet $(PACKAGES)
	$(STATICCHECK) $(PACKAGES)
	.ci/deps

tidy: ## tidy every module
	for m in . examples internal/dbtest; do (cd $$m && GOWORK=off go mod tidy) || exit 1; done

fuzz: ## run one fuzz target for a minute: make fuzz TARGET=FuzzParsePhone PKG=.
	go test -run '^$$' -fuzz '^$(TARGET)$$' -fuzztime 60s $(PKG)

bench: ## run the benchmarks of the published module
	go test -run '^$$' -bench . -benchmem ./...

cover: ## coverage of the root package, at least 95 %
	.ci/coverage

examples: ## run every example
	.ci/examples

test-failover: ## a PostgreSQL standby takes over under load (needs Debian's postgresql-15-auto-failover)
	cd internal/dbtest && CONSENT_TEST_FAILOVER=1 go test -run TestFailover -v -timeout 10m .

ci: ## all that continuous integration runs
	.ci/run
