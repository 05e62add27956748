package main

import "os"

func Example() {
	os.Args = []string{"quickstart"}
	main()
	// Output:
	// KEPT: 24 rows
	//
	// LINE  ROW      BUSINESS  PHONE           CATEGORIES          WORDS THAT MADE IT VALID, OR NOTE
	//    2  opt_in   sunbread  +12*******23    marketing           «I agree … receive … Sunbread Bakery»
	//    3  opt_in   sunbread  +12*******47    utility/orders      «send me … Sunbread»
	//    4  opt_in   sunbread  +49*********22  marketing, utility  «I would like … receive … Sunbread Bakery»
	//    7  opt_in   sunbread  +49********11   marketing           «I agree … receive … Sunbread Bakery»
	//    8  opt_in   sunbread  +61*******56    marketing/offers    «Reply YES to receive … text … SUNBREAD BAKERY»
	//    9  opt_in   sunbread  +20********67   marketing           «I want … receive … Sunbread»
	//   10  opt_in   sunbread  +91********89   utility             «Would you like … receive … Tap Agree … Sunbre…»
	//   11  opt_in   sunbread  +81********78   marketing           «I would like … hear from … Sunbread Bakery»
	//   12  opt_in   sunbread  +46*******11    marketing           «I agree … receive … Sunbread Bakery Ltd»
	//   13  opt_in   sunbread  +55*********67  utility/orders      «keep me updated … Sunbread Bakery»
	//   27  opt_in   sunbread  +12*******23    marketing           same as line 2
	//   29  opt_out  sunbread  +49*********22  marketing
	//   30  opt_out  sunbread  +12*******23    everything
	//   31  opt_in   sunbread  +12*******23    marketing           «I agree … receive … Sunbread Bakery»
	//   32  opt_in   sunbread  +49********11   calls               «am happy for … to call me … Sunbread Bakery»
	//   33  opt_out  sunbread  +44********18   everything
	//   38  opt_in   sunbread  +12*******65    marketing           «I agree … receive … Sunbread Bakery»
	//   39  opt_in   sunbread  +49*********22  utility/orders      «Send me … Sunbread Bakery»
	//   40  opt_in   harbour   +12*******23    utility/deliveries  «I agree … receive … Harbour & Hill Outdoor»
	//   41  opt_in   harbour   +49********22   calls, utility      «May we … call … say yes to … agree … Harbour …»
	//   42  opt_in   harbour   +49*********56  utility/deliveries  «receive … press 1 … Harbour & Hill Outdoor»
	//   43  opt_in   harbour   +52********67   marketing           «and I agree … receive … Harbour & Hill Outdoo…»
	//   53  opt_in   harbour   +49********22   marketing           «I would like … send them to me … Harbour & Hi…»
	//   54  opt_out  harbour   +49********22   calls
	//
	// REFUSED: 24 opt-ins
	//
	// LINE  BUSINESS  PHONE          RULE               WHY, AND THE WORDS THAT DECIDED
	//   14  sunbread  +33*******78   name.missing       The business's name does not stand in the text
	//   15  sunbread  +39********89  name.missing       The business's name does not stand in the text
	//   16  sunbread  +34*******78   statement.unclear  The person accepts terms, not messages
	//                                                   «terms and conditions»
	//   17  sunbread  +44********56  name.placeholder   The text has a placeholder where a name belongs
	//                                                   «{{business_name}}»
	//   18  sunbread  +46*******34   name.placeholder   The text has a placeholder where a name belongs
	//                                                   «[Company Name]»
	//   19  sunbread  +61*******57   statement.unclear  The text says that the person does not want messages
	//                                                   «not want»
	//   20  sunbread  +61*******58   statement.unclear  Only third parties are named as senders
	//                                                   «partners»
	//   21  sunbread  +61*******59   statement.unclear  The text announces messages
	//                                                   «receive»
	//   22  sunbread  +44********18  phone.not_mobile   The phone number is a landline, toll-free, premium-rate
	//                                                   or other number that is no mobile
	//   23  sunbread  +18*******99   phone.not_mobile   The phone number is a landline, toll-free, premium-rate
	//                                                   or other number that is no mobile
	//   24  sunbread  -              phone unreadable   contains letters or symbols that no number has
	//   25  sunbread  -              phone unreadable   is a short code or service number
	//   26  sunbread  -              phone unreadable   contains an extension or dial code (ext, x, #, *, comma)
	//   28  sunbread  +12*******47   conflict           an earlier row has this id and other content
	//   44  harbour   +61*******06   statement.unclear  The box opts out instead of in: people agree by leaving
	//                                                   it alone
	//                                                   «Untick … not want»
	//   45  harbour   +61*******10   statement.unclear  The text takes silence for agreement
	//                                                   «unless you»
	//   46  harbour   +61*******13   statement.unclear  The person agrees to the use of data, not to messages
	//                                                   «processes … my data»
	//   47  harbour   +61*******37   statement.unclear  The text does not state that the person opts in
	//   48  harbour   +61*******66   statement.missing  Statement.Text is empty
	//   49  harbour   +61*******91   category.missing   The opt-in names no category
	//   50  harbour   +61*******66   category.unknown   Categories[0] is "promo", which is no category
	//                                source.unknown     Source is "fax", which is no source
	//                                time.missing       The opt-in does not say when it was given, and the
	//                                                   latest of opt-ins and opt-outs decides
	//   51  harbour   +61*******91   time.future        GivenAt lies more than five minutes ahead
	//   52  harbour   -              phone unreadable   lies in no number range in use in its country
	//   58  harbour   -              phone unreadable   has no country
	//
	// OPT-OUTS NOT UNDERSTOOD, to be followed up by hand: 2
	//
	// LINE  BUSINESS  PHONE           REFERENCE  WHAT IS WRONG
	//   34  sunbread  -               ticket-88  contains letters or symbols that no number has
	//   55  harbour   +49*********56  ticket-91  OptOut.Categories[0] is not a category, so the opt-out
	//                                            would stop nothing
	//
	// NOT READ: 5 rows
	//
	// LINE  WHAT IS WRONG
	//   35  field at: "last Tuesday" is no time; write it as in 2026-01-31T09:30:00Z
	//   36  field text: extraneous or missing " in quoted-field
	//   37  11 fields instead of 10; put quotes around a field that contains a comma
	//   56  field kind: "subscribe" is neither opt_in nor opt_out
	//   57  field id: empty; without a key the row could not be told from its repetition
	//
	// STORE: 0 records of these people before, 23 now
	//
	// CAMPAIGN: the weekly offer to everybody
	//
	// BUSINESS  PEOPLE  MAY BE SENT  NEVER OPTED IN  OPTED OUT  OPTED IN TO OTHER THINGS
	// sunbread  21      6            9               3          3
	// harbour   12      2            8               0          2
	//
	// DECISIONS for some people
	//
	//   MESSAGE       SENT AS                  OK?  BECAUSE
	// +12*******23 from sunbread (line 2)
	//   offer         approved template        no   opted_out
	//   offer         paused utility template  no   opted_out, template_not_approved, template_category_mismatch
	//   offer         free text, 30 h later    no   opted_out, template_required, window_closed
	//   order update  approved template        no   opted_out
	//   call          voice                    no   opted_out
	//   reply         free text, 2 h later     yes  answers their own message
	// +49*********22 from sunbread (line 4)
	//   offer         approved template        no   opted_out
	//   offer         paused utility template  no   opted_out, template_not_approved, template_category_mismatch
	//   offer         free text, 30 h later    no   opted_out, template_required, window_closed
	//   order update  approved template        yes  opt-in of line 39
	//   call          voice                    no   not_covered
	//   reply         free text, 2 h later     yes  answers their own message
	// +49********22 from harbour (line 41)
	//   offer         approved template        yes  opt-in of line 53
	//   offer         paused utility template  no   template_not_approved, template_category_mismatch
	//   offer         free text, 30 h later    no   template_required, window_closed
	//   order update  approved template        yes  opt-in of line 41
	//   call          voice                    no   opted_out
	//   reply         free text, 2 h later     yes  answers their own message
	// +49*********56 from harbour (line 42)
	//   offer         approved template        no   not_covered
	//   offer         paused utility template  no   not_covered, template_not_approved, template_category_mismatch
	//   offer         free text, 30 h later    no   not_covered, template_required, window_closed
	//   order update  approved template        no   not_covered
	//   call          voice                    no   not_covered
	//   reply         free text, 2 h later     yes  answers their own message
	//
	// HISTORY of +12*******23 with sunbread, oldest first
	//
	// LINE  WHEN (UTC)           RECORD   CATEGORIES  SOURCE           REFERENCE
	//   31  2025-11-20 10:00:00  opt_in   marketing   import           crm-2025-871
	//    2  2026-01-05 09:14:00  opt_in   marketing   website          form-7781
	//   30  2026-02-10 08:00:00  opt_out  everything  whatsapp_thread  wamid-2002
}
