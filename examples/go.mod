module github.com/optinkit/consent/examples

go 1.26.0

require (
	github.com/google/uuid v1.6.0
	github.com/optinkit/consent v0.0.0-00010101000000-000000000000
	go.etcd.io/bbolt v1.5.0
)

require (
	github.com/nyaruka/phonenumbers v1.8.1 // indirect
	golang.org/x/sys v0.45.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
)

replace github.com/optinkit/consent => ../
