// Package sqlstore keeps consent records in a SQL database.
package sqlstore
