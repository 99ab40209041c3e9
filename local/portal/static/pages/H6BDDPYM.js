//# allFunctionsCalledOnLoad
import{w as a}from"./C2IUAZWR.js";import"./6FP3AEWR.js";import"./T6WXHPVF.js";import"./24APU5LN.js";import"./QR57UGQV.js";import"./KPYX2UJN.js";import"./45GWE4C6.js";export{a as default};
